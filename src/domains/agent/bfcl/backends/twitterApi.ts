/** TwitterAPI: posts, comments and followers of one user. */
import {
  bfclClass,
  failure,
  field,
  mapOf,
  methodsOf,
  text,
  truthy,
  type BfclClass,
} from "./bfclClass.js";

interface Tweet {
  id: number;
  username: string;
  content: string;
  tags: string[];
  mentions: string[];
}

interface Posts {
  username: string;
  password: string;
  authenticated: unknown;
  tweets: Map<number, Tweet>;
  // Comments of the configuration are kept under texts there, which no number finds: only new ones are seen.
  comments: Map<number, { username: string; content: string }[]>;
  retweets: Map<string, number[]>;
  following_list: string[];
  tweet_counter: number;
}

const method = methodsOf<Posts>();

const allowed = (
  { authenticated }: Posts,
  call: string,
  run: () => unknown,
): unknown =>
  truthy(authenticated) ? run() : failure(`${call}: nobody is logged in`);

function found(
  { tweets }: Posts,
  id: number,
  run: (tweet: Tweet) => unknown,
): unknown {
  const tweet = tweets.get(id);
  return tweet === undefined ? failure(`no tweet ${id}`) : run(tweet);
}

const WRITING = {
  authenticate_twitter: method<{ username: string; password: string }>(
    ["username", "password"],
    (state, given) => {
      const right =
        given.username === state.username && given.password === state.password;
      if (right) state.authenticated = true;
      return { authentication_status: right };
    },
  ),
  post_tweet: method<{
    content: string;
    tags?: string[];
    mentions?: string[];
  }>(
    ["content", "tags?", "mentions?"],
    (state, { content, tags = [], mentions = [] }) =>
      allowed(state, "post_tweet", () => {
        const { tweet_counter: id, username } = state;
        const tweet = { id, username, content, tags, mentions };
        state.tweets.set(state.tweet_counter++, tweet);
        return tweet;
      }),
  ),
  retweet: method<{ tweet_id: number }>(["tweet_id"], (state, { tweet_id }) =>
    allowed(state, "retweet", () =>
      found(state, tweet_id, () => {
        const mine = state.retweets.get(state.username) ?? [];
        state.retweets.set(state.username, mine);
        if (mine.includes(tweet_id))
          return { retweet_status: "was retweeted before" };
        mine.push(tweet_id);
        return { retweet_status: "is retweeted" };
      }),
    ),
  ),
  comment: method<{ tweet_id: number; comment_content: string }>(
    ["tweet_id", "comment_content"],
    (state, { tweet_id, comment_content: content }) =>
      allowed(state, "comment", () =>
        found(state, tweet_id, () => {
          const said = state.comments.get(tweet_id) ?? [];
          state.comments.set(tweet_id, said);
          said.push({ username: state.username, content });
          return { comment_status: "is added" };
        }),
      ),
  ),
  mention: method<{ tweet_id: number; mentioned_usernames: string[] }>(
    ["tweet_id", "mentioned_usernames"],
    (state, { tweet_id, mentioned_usernames }) =>
      found(state, tweet_id, (tweet) => {
        tweet.mentions.push(...mentioned_usernames);
        return { mention_status: "are mentioned" };
      }),
  ),
};

const FOLLOWING = {
  follow_user: method<{ username_to_follow: string }>(
    ["username_to_follow"],
    (state, { username_to_follow: name }) =>
      allowed(state, "follow_user", () => {
        const follow_status = !state.following_list.includes(name);
        if (follow_status) state.following_list.push(name);
        return { follow_status };
      }),
  ),
  unfollow_user: method<{ username_to_unfollow: string }>(
    ["username_to_unfollow"],
    (state, { username_to_unfollow: name }) =>
      allowed(state, "unfollow_user", () => {
        const at = state.following_list.indexOf(name);
        if (at >= 0) state.following_list.splice(at, 1);
        return { unfollow_status: at >= 0 };
      }),
  ),
  list_all_following: method([], (state) =>
    allowed(state, "list_all_following", () => ({
      following_list: state.following_list,
    })),
  ),
};

const READING = {
  posting_get_login_status: method([], ({ authenticated }) => ({
    login_status: truthy(authenticated),
  })),
  get_tweet: method<{ tweet_id: number }>(["tweet_id"], (state, { tweet_id }) =>
    found(state, tweet_id, (tweet) => tweet),
  ),
  get_user_tweets: method<{ username: string }>(
    ["username"],
    ({ tweets }, { username }) =>
      [...tweets.values()].filter((one) => one.username === username),
  ),
  search_tweets: method<{ keyword: string }>(
    ["keyword"],
    ({ tweets }, { keyword }) => {
      const wanted = text(keyword).toLowerCase();
      return [...tweets.values()].filter(
        ({ content, tags }) =>
          content.toLowerCase().includes(wanted) ||
          tags.some((tag) => tag.toLowerCase() === wanted),
      );
    },
  ),
  get_tweet_comments: method<{ tweet_id: number }>(
    ["tweet_id"],
    (state, { tweet_id }) =>
      found(state, tweet_id, () => state.comments.get(tweet_id) ?? []),
  ),
  get_user_stats: method<{ username: string }>(
    ["username"],
    ({ tweets, username: own, following_list, retweets }, { username }) => ({
      tweet_count: [...tweets.values()].filter(
        (one) => one.username === username,
      ).length,
      following_count: username === own ? following_list.length : 0,
      retweet_count: (retweets.get(username) ?? []).length,
    }),
  ),
};

/** The class TwitterAPI. */
export const twitterApi: BfclClass<Posts> = bfclClass<Posts>({
  name: "TwitterAPI",
  start: (config) => ({
    username: field(config, "username", "john"),
    password: field(config, "password", "john123"),
    authenticated: field<unknown>(config, "authenticated", false),
    tweets: new Map(
      Object.entries(field<Record<string, Tweet>>(config, "tweets", {})).map(
        ([id, tweet]) => [Number(id), tweet],
      ),
    ),
    comments: new Map(),
    retweets: mapOf(field(config, "retweets", {})),
    following_list: field(config, "following_list", ["alice", "bob"]).slice(),
    tweet_counter: field(config, "tweet_counter", 0),
  }),
  tools: { ...WRITING, ...FOLLOWING, ...READING },
  compared: (state) => state,
});
