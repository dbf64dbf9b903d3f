/** What the sentence splitter knows of English: our own lists, kept small. */

const list = (text: string): string[] => text.trim().split(/\s+/u);

/**
 * Words that end in a period inside a sentence, without that period and in lower case: titles, companies, months, weekdays,
 * states, units, single letters and some pairs of them.
 *
 * Deviates: NLTK's list is learnt from newspaper text; ours was written by hand. What is missing there is left out here
 * too: "etc", "e.g", "i.e", "p.s".
 */
export const ABBREVIATIONS: ReadonlySet<string> = new Set(
  list(`
    mr mrs ms dr prof gen col lt maj adm sen rep reps st messrs jr sr
    inc ltd co corp cos bros cie vs mfg p.m a.m ph.d m.b.a
    u.s u.n u.k d.c l.a u.s.a u.s.s.r s.a s.p.a a.g j.p j.k j.r j.j j.c r.j
    jan feb aug sept oct nov dec tues wed fri
    ala ariz calif colo conn fla ga ill kan ky minn mich okla ore pa tenn va vt wash wis
    w.va n.j n.y n.c n.h n.m n.d n.v s.c ft yr ave ct
    a b c d e f g h k l m n p r s t v w
  `),
);

/** Words that open a sentence after an abbreviation when they are capitalised: they are common in lower case. */
export const STARTERS: ReadonlySet<string> = new Set(
  list(`
    the he she it they we i this that these those there in on at as if when while although though however but and so since
    because despite instead under most some many both each such what who why how nevertheless nonetheless indeed moreover
    meanwhile thus even yet nor you your our his her its their a an after before during once
    all also among another any are be been being can could did do does each either every few for from had has have here
    is just last later less like more much my no none not nothing now of often one only or other others over perhaps
    please same several should soon still then therefore to today together tomorrow too two three until up very was were
    where whether which will with without would yesterday people everyone everybody someone nobody something everything
    maybe never always sometimes usually next first second finally again almost already around away back between
    by down each enough far long might must near off out own quite rather through under well whatever whenever
  `),
);
