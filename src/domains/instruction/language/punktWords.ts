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
    inc ltd co corp cos bros cie vs mg ok p.m a.m ph.d m.b.a
    u.s u.n u.k d.c l.a u.s.a u.s.s.r s.a s.p.a a.g j.p j.k j.r j.j j.c r.j
    jan feb aug sep sept oct nov dec tues wed fri
    ala ariz calif colo conn fla ga ill kan ky minn mich okla ore pa tenn va vt wash wis
    w.va nev n.j n.y n.c n.h n.m n.d n.v s.c ft yr ave ct
    c d e f g h k l m n p r s t v w
  `),
);

/** Words that open a sentence after an abbreviation or an ellipsis when they are capitalised: they are common in lower case alone. */
export const STARTERS: ReadonlySet<string> = new Set(
  list(`
    able according allow almost already although always among appear ask begin being believe besides better between
    beyond body both boy build but call car certainly compared consider create despite die does door early either enough
    even eye fact finally follow girl given happen he hear her here hold however i idea if imagine important in include
    indeed instead it kill ladder learn lose many meanwhile member mine moment moreover morning most nevertheless
    nonetheless nor note nothing number okay ours play please probably problem provide recently regardless remain
    remember result right same section seem send serve shadow simply since sit slowly so some someone sometimes soon
    sorry speak spend stand step still such suddenly teacher team thank thanks the there therefore these they think this
    though through throughout thus together tomorrow towards try under understand unlike upon very wait walk were when
    whenever whether which while whom win within without yes yesterday yet your
  `),
);

/** Words that are common in lower case, and capitalised inside sentences too, in headlines and names: their case says nothing. */
export const COMMON: ReadonlySet<string> = new Set(
  list(`
    a actually add after again air all also an and another any are around art as at away back bad based be because been
    before best big book bring business buy by can case change chapter child city clearly come company continue copper
    could country cut day did do down during each end engine every everybody everyone everything expect face fall family
    far feel few find first food for force free from full game garden give glass go good government great group grow had
    hand has have head health help high his history house how is issue its job just keep kind know large last later law
    lead leave less let life like line little live long look love make man market maybe meet might mirror money month
    more move much music must my name near never new next night no nobody none not now of off offer often old on once
    one only open or other others our out over own part party pay people perhaps picture place pocket point power public
    quickly quite rather reach read real really reason research room run saddle school second see set several she should
    show side silver small something state stay stone stop story student study sure take tell that their then those
    three time to today too toward two until up use usually want war was watch water we week well what whatever where
    who whose why will winter with woman word work world would write year you young
  `),
);
