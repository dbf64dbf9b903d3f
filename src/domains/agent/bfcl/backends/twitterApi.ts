/** TwitterAPI: posts, comments and followers of one user. */
import {
  failure,
  field,
  mapOf,
  method,
  text,
  truthy,
  type Backend,
} from "./backend.js";

interface Tweet {
  id: number;
  username: string;
  content: string;
  tags: string[];
  mentions: string[];
}

/** Start the posts from a configuration. */
export function twitterApi(config: Readonly<Record<string, unknown>>): Backend {
  const username = field(config, "username", "john");
  const password = field(config, "password", "john123");
  let authenticated = field<unknown>(config, "authenticated", false);
  const tweets = new Map(
    Object.entries(field<Record<string, Tweet>>(config, "tweets", {})).map(
      ([id, tweet]) => [Number(id), structuredClone(tweet)],
    ),
  );
  // Comments of the configuration are kept under texts there, which no number finds: only new ones are seen.
  const comments = new Map<number, { username: string; content: string }[]>();
  const retweets = mapOf<number[]>(
    structuredClone(field(config, "retweets", {})),
  );
  const following = [...field(config, "following_list", ["alice", "bob"])];
  let counter = field(config, "tweet_counter", 0);

  const allowed = (run: () => unknown): unknown =>
    truthy(authenticated) ? run() : failure("nobody is logged in");
  const found = (id: number, run: (tweet: Tweet) => unknown): unknown => {
    const tweet = tweets.get(id);
    return tweet === undefined ? failure(`no tweet ${id}`) : run(tweet);
  };

  const writing = {
    authenticate_twitter: method<{ username: string; password: string }>(
      ["username", "password"],
      (given) => {
        const right =
          given.username === username && given.password === password;
        if (right) authenticated = true;
        return { authentication_status: right };
      },
    ),
    post_tweet: method<{
      content: string;
      tags?: string[];
      mentions?: string[];
    }>(
      ["content", "tags?", "mentions?"],
      ({ content, tags = [], mentions = [] }) =>
        allowed(() => {
          const tweet = { id: counter, username, content, tags, mentions };
          tweets.set(counter++, tweet);
          return tweet;
        }),
    ),
    retweet: method<{ tweet_id: number }>(["tweet_id"], ({ tweet_id }) =>
      allowed(() =>
        found(tweet_id, () => {
          const mine = retweets.get(username) ?? [];
          retweets.set(username, mine);
          if (mine.includes(tweet_id))
            return { retweet_status: "was retweeted before" };
          mine.push(tweet_id);
          return { retweet_status: "is retweeted" };
        }),
      ),
    ),
    comment: method<{ tweet_id: number; comment_content: string }>(
      ["tweet_id", "comment_content"],
      ({ tweet_id, comment_content }) =>
        allowed(() =>
          found(tweet_id, () => {
            const said = comments.get(tweet_id) ?? [];
            comments.set(tweet_id, said);
            said.push({ username, content: comment_content });
            return { comment_status: "is added" };
          }),
        ),
    ),
    mention: method<{ tweet_id: number; mentioned_usernames: string[] }>(
      ["tweet_id", "mentioned_usernames"],
      ({ tweet_id, mentioned_usernames }) =>
        found(tweet_id, (tweet) => {
          tweet.mentions.push(...mentioned_usernames);
          return { mention_status: "are mentioned" };
        }),
    ),
    follow_user: method<{ username_to_follow: string }>(
      ["username_to_follow"],
      ({ username_to_follow: name }) =>
        allowed(() => {
          const follow_status = !following.includes(name);
          if (follow_status) following.push(name);
          return { follow_status };
        }),
    ),
    unfollow_user: method<{ username_to_unfollow: string }>(
      ["username_to_unfollow"],
      ({ username_to_unfollow: name }) =>
        allowed(() => {
          const at = following.indexOf(name);
          if (at >= 0) following.splice(at, 1);
          return { unfollow_status: at >= 0 };
        }),
    ),
  };
  const reading = {
    posting_get_login_status: method([], () => ({
      login_status: truthy(authenticated),
    })),
    list_all_following: method([], () =>
      allowed(() => ({ following_list: following })),
    ),
    get_tweet: method<{ tweet_id: number }>(["tweet_id"], ({ tweet_id }) =>
      found(tweet_id, (tweet) => tweet),
    ),
    get_user_tweets: method<{ username: string }>(["username"], (given) =>
      [...tweets.values()].filter((one) => one.username === given.username),
    ),
    search_tweets: method<{ keyword: string }>(["keyword"], ({ keyword }) => {
      const wanted = text(keyword).toLowerCase();
      return [...tweets.values()].filter(
        ({ content, tags }) =>
          content.toLowerCase().includes(wanted) ||
          tags.some((tag) => tag.toLowerCase() === wanted),
      );
    }),
    get_tweet_comments: method<{ tweet_id: number }>(
      ["tweet_id"],
      ({ tweet_id }) => found(tweet_id, () => comments.get(tweet_id) ?? []),
    ),
    get_user_stats: method<{ username: string }>(["username"], (given) => ({
      tweet_count: [...tweets.values()].filter(
        (one) => one.username === given.username,
      ).length,
      following_count: given.username === username ? following.length : 0,
      retweet_count: (retweets.get(given.username) ?? []).length,
    })),
  };
  return {
    state: () => ({
      authenticated,
      tweets,
      comments,
      retweets,
      following,
      counter,
    }),
    methods: { ...writing, ...reading },
  };
}
