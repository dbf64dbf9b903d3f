"""A second set of texts and constraints of instruction following, drawn by a seed and written by hand after the checkers were mended."""

import json
import random

rng = random.Random(20261130)
WORDS = """lamp river stone glass copper winter garden mirror pepper orange violin candle engine market bridge feather
shadow thunder ladder pocket button marble carpet needle silver walnut falcon meadow saddle turnip Monday Rome Anna Peter
level noon civic and but or so yet he she they we it is was are the a an of to in on at by for with not never""".split()
NAMES = "Emma Liam Sophia Jackson Olivia Mason Lucas Mia Zoe David Carla Nadia".split()
CLOSERS = [".", ".", ".", "!", "?", "...", "?!", ".\"", "…", ""]
FOREIGN = [
    "La bibliothèque ouvre ses portes à neuf heures et ferme à dix-huit heures, sauf le dimanche où elle reste fermée.",
    "Die Bibliothek öffnet um neun Uhr und schließt um achtzehn Uhr, nur am Sonntag bleibt sie geschlossen.",
    "La biblioteca abre sus puertas a las nueve y cierra a las seis de la tarde, excepto los domingos.",
    "La biblioteca apre alle nove del mattino e chiude alle sei di sera, tranne la domenica quando rimane chiusa.",
    "A biblioteca abre as suas portas às nove horas e fecha às dezoito horas, exceto aos domingos.",
    "Библиотека открывается в девять часов утра и закрывается в шесть часов вечера, кроме воскресенья.",
    "図書館は朝九時に開き、夕方六時に閉まります。日曜日は休館日です。",
    "도서관은 아침 아홉 시에 열고 저녁 여섯 시에 닫습니다. 일요일은 쉽니다.",
    "पुस्तकालय सुबह नौ बजे खुलता है और शाम छह बजे बंद होता है, रविवार को छोड़कर।",
    "المكتبة تفتح أبوابها في التاسعة صباحا وتغلق في السادسة مساء ما عدا يوم الأحد.",
    "Kirjasto avautuu aamulla kello yhdeksän ja sulkeutuu illalla kello kuusi paitsi sunnuntaisin.",
    "Biblioteket öppnar klockan nio på morgonen och stänger klockan sex på kvällen utom på söndagar.",
]


def word():
    return rng.choice(WORDS)


def sentence(least=2, most=14):
    words = [word() for _ in range(rng.randint(least, most))]
    if rng.random() < 0.3:
        words.insert(rng.randrange(len(words)), rng.choice(["Dr.", "e.g.", "U.S.", "3.14", "No. 7", "it's", "p.m.", "etc.", "(as ever)", "well-known", "A.I."]))
    text = " ".join(words)
    if rng.random() < 0.25:
        text = text.replace(" ", ", ", 1)
    return text[0].upper() + text[1:] + rng.choice(CLOSERS)


def paragraph():
    return " ".join(sentence() for _ in range(rng.randint(1, 5)))


def bullets():
    mark = rng.choice(["* ", "- ", "*", "  - ", "• ", "1. "])
    return "\n".join(mark + sentence(1, 5) for _ in range(rng.randint(1, 6)))


def sections():
    name = rng.choice(["Section", "SECTION", "Chapter", "Day", "Step "])
    return "\n".join(f"{name} {i}\n{sentence()}" for i in range(1, rng.randint(2, 6)))


def marked():
    words = [word() for _ in range(rng.randint(4, 10))]
    for _ in range(rng.randint(1, 4)):
        i = rng.randrange(len(words))
        left, right = rng.choice([("*", "*"), ("**", "**"), ("[", "]"), ("<<", ">>"), ("\"", "\""), ("<i>", "</i>"), ("(", ")"), ("`", "`")])
        words[i] = left + words[i] + right
    return " ".join(words)


def document():
    value = rng.choice([{word(): rng.randint(-9, 99)}, [word(), None, 1.5], {"a": {"b": [True, word()]}}, word(), 12, {}])
    text = json.dumps(value, indent=rng.choice([None, 2]))
    return rng.choice(["{}", "```json\n{}\n```", "```JSON\n{}```", " {} ", "Here: {}", "```\n{}\n```"]).replace("{}", text, 1)


def cased():
    return getattr(paragraph(), rng.choice(["upper", "lower", "title", "swapcase"]))()


def letters():
    """Words whose letters, lengths or ends follow a rule, or nearly."""
    kind = rng.randrange(6)
    if kind == 0:
        first = rng.randrange(26)
        pool = "apple bear cat dog egg fig goat hat ink jar kite lamp moon nut owl pen quill rose sun tree urn vase wolf xylem yarn zoo".split()
        text = [pool[(first + i) % 26] for i in range(rng.randint(2, 30))]
    elif kind == 1:
        text = rng.choices("level radar civic kayak refer rotor stats tenet madam solos minim noon otto".split(), k=rng.randint(3, 14))
    elif kind == 2:
        text = rng.choices("strong plants grasp black trucks twelve glyphs march north".split(), k=rng.randint(2, 7))
    elif kind == 3:
        text = rng.choices("to cat seven red at bus is lantern it blanket".split(), k=rng.randint(2, 9))
    elif kind == 4:
        text = rng.choices("cat river lamp water stone tiger apple sun".split(), k=rng.randint(2, 6))
    else:
        text = rng.choices("banana papaya zest lynx myth a an all tall".split(), k=rng.randint(2, 6))
    if rng.random() < 0.3:
        text[rng.randrange(len(text))] = word()
    return " ".join(text) + rng.choice(["", ".", "!", "\n"])


def repeated():
    asked = rng.choice(["Name three rivers.", "name THREE rivers.", "Name four rivers.", "Name three", "three rivers", "me three r", "Say three rivers."])
    return rng.choice([asked, asked + " The Rhine, the Po and the Elbe.", asked + "******" + asked, asked + "****** " + asked + " ******" + asked, " " + asked + "\n"])


def parted():
    mark = rng.choice(["***", " *** ", "\n***\n", "\n\n", "\n\n\n", "******", "\n******\n", "\n", "\n\n***\n\n"])
    return mark.join(rng.choice([paragraph, sentence, lambda: "", word])() for _ in range(rng.randint(2, 5)))


def table():
    mark = rng.choice([",", ", ", "\t", ";"])
    quote = rng.choice(["", '"'])
    head = rng.choice([["ID", "Country", "City", "Year", "Count"], ["ProductID", "Category", "Brand", "Price", "Stock"], ["StudentID", "Subject", "Grade", "Semester", "Score"]])
    rows = [head] + [[str(i), word(), rng.choice([word(), '"a, b"', "c&d"]), "20" + str(10 + i), str(i * 7)] for i in range(rng.choice([3, 7, 14, 5]))]
    return "\n".join(mark.join(quote + cell + quote for cell in row) for row in rows)


def dates():
    return ", ".join(f"{rng.randint(1765, 1825)}-{rng.randint(1, 13):02}-{rng.randint(1, 31):02}" for _ in range(rng.randint(1, 4)))


def numbers():
    found = [rng.choice(["14, 21, 28, 35, 42, 49", "3", "1,200", "7.5", "42nd", "-8", "٣", "x2", "10%"]) for _ in range(rng.randint(1, 4))]
    return " and ".join(found) + rng.choice(["", ".", " boats"])


def nested():
    pairs = [("(", ")"), ("[", "]"), ("{", "}"), ("<", ">"), ('"', '"'), ("'", "'")]
    text = word()
    for _ in range(rng.randint(2, 7)):
        left, right = rng.choice(pairs)
        text = f"{left}{text}{right if rng.random() < 0.9 else ''}"
    return text


def spoken():
    found = []
    for i in range(rng.randint(1, 5)):
        found.append(" " * rng.choice([i, i, 0, 1]) + sentence(1, 6))
    return "\n".join(found)


def people():
    return " ".join(rng.choice([rng.choice(NAMES) + rng.choice(["", ",", "'s", "."]), word()]) for _ in range(rng.randint(3, 12)))


def japanese():
    return " ".join(rng.choice([word(), word(), "本", "さくら", "カメラ", "12", "日本2", "語."]) for _ in range(rng.randint(2, 9)))


def endings():
    return sentence() + rng.choice(["\n\nP.S. " + word(), "\n\nP.P.S " + word(), " p. s. x", " Is there anything else?", ' is there ANYTHING else?"', " IS THERE ANYTHING ELSE? ", " 😀", "☕."])


GENERATORS = [
    sentence, paragraph, bullets, sections, marked, document, cased, letters, letters, repeated, parted, parted, table, dates, numbers,
    nested, spoken, people, japanese, endings,
]

# Where Python's functions and others differ, and where a splitter may stumble.
ODD = [
    "ß SS ſ K", "İSTANBUL i̇", "ΣΑΣ σας", "e\u0301te\u0301", "\u200bzero width", "soft\u00adhyphen", "\ufeffmark first", "a\u0085b\u001cc d", "x\x0by\x0cz",
    "line one\r\nline two\rline three", "tab\tand\u3000wide", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟙𝟚𝟛", "👩‍👩‍👧‍👦 family. 🏳️‍🌈 flag", "½ ² ① Ⅷ", "A", "a.", "?", "  ", ".", "...", "\n\n\n", "***", "******",
    "* ", "**", "[]", "<<>>", "\"\"\"", "''", "``", "“Curly” ‘quotes’ here.", "«Guillemets» ici.", "em—dash–en-hyphen", "a/b\\c|d", "C++ and C# (and F#)",
    "Mr. and Mrs. Oak v. Elm Co. were at St. John's on Oct. 3. It rained. Then Gov. Ash left.", "She has a Ph.D. from M.I.T. He has none.",
    "He said \"Stop!\" and left. \"Why?\" she asked. (Nobody knew.) It ended...", "I.e. this. E.g. that. Vs. them.", "Visit www.lamp.org. Or lamp.com, now!",
    "At 5 a.m. Anna woke. At 6 p.m. she slept. Wake at 7 a.m.", "1. First. 2. Second. 3. Third.", "Version 1.2.3. Then 2.0. Done", "$5.00. €7,50. 100%.",
    "J. R. R. Berg wrote it. A. B. did not.", "Yes! No? Maybe... Well; fine: ok.", "end.Start without blank.Another", "Wait.. what", "Hm ?! Odd !", "(All in brackets.)",
    "Ok.\tTab after. \nNew line after.", "U.S.A. is big. The U.K. is not.", "No. 5 is alive. No. It is not.", "et al. 2020 found it. Cf. p. 3.", "Mt. Fog and Ft. Elm, Inc. closed.",
    "It's Anna's. Don't can't won't shan't. I'll we've they'd.", "cannot gimme gotta lemme d'ye 'twas more'n", "rock 'n' roll '90s ’tis", "a b c d e f g h i j k l m n o p q r s t u v w x y z",
    "The quick brown fox jumps over the lazy dog", "no capitals here none at all", "NO SMALL LETTERS HERE AT ALL", "123 456", "Été à la plage", "ÉTÉ À LA PLAGE EN FRANCE AVEC DES AMIS",
    "My answer is yes.", "My answer is no. ", "my answer is maybe.", "My answer is maybe.", "My Answer: a\nMy Conclusion: b\nFuture Outlook: c", "My Conclusion: b My Answer: a Future Outlook: c",
    "true", "null", "-0", "1e5", "[1,]", "{\"a\":1}{\"b\":2}", "\"\\ud800\"", "[NaN]", "{\"a\": Infinity}", "{1: 2}", "['a']", "[1 2]", "\t[3]\n", "{\"a\":1,\"a\":2}", "[\"\u2028\"]",
    "<<Title>>", "<<Two\nlines>>", "text <<T>> more", "<< T >>", "<T>", "<<<T>>>", "[name] [place] [date]", "[a [b] c]", "[x](y)", "[\n]", "P.S.x", "p.p.s. y", "P.S", "PPS: z", "p s",
    "\"All of it is quoted.\"", "\"Half\" quoted", "'Single.'", "\"", "\"a", "b\"", "\" \"", "river lamp river", "River, lamp; river!", "riverbank and rivers", "river-side", "RIVER", "driver",
    "The lamp is here. A lamp was lit. One lamp more.", "x lamp y", "lamp x lamp", "Lamp", "lamp lamp", "is there a lamp? the lamp is out", "level noon", "noon", "Anna", "abba Otto",
    "one two three. four five six seven. eight nine ten eleven twelve.", "ab cd. ef gh. ij kl.", "Go on. Go on now. Go on now please.", "Tea. Tea time. Tea time now.",
    "He told her that they saw us with it, and I gave mine to you.", "Big bold bears. Small cats sat so still. Ten tiny tigers took two tarts.", "Stop", "Reading is fun.", "Bring the lamp.",
    "one 本 two", "一 二 三", "a 本", "本 a 本", "☀️", "Sun ☀️. Moon 🌙. Star ⭐", "😀. 😀", "Hi 😀", "#️⃣ key.", "The Lamp And The River", "The Lamp and the River", "A Lamp", "LAMP", "lamps And Rivers",
    "14, 21, 28, 35, 42, 49", "14 21 28 35 42 49.", "14,21,28,35,42,49", "[14, 21, 28, 35, 42, 49]", "1780-05-05, 1790-12-31", "1769-01-01", "1821-12-31,1822-01-01", "1800-2-3", "1800-02-29, 1804-02-29",
    "lamp +++ river +++ stone", "+++", "lamp +++ river", "yes", "no", "YES", "yes.", "a) one", "b", "left", "right ", "Left, right", "<i>x</i> y", "<em> </em> y", "<i>a</i>\nb", "x <em>a</em> b", "<i>a</em> b",
    "river dog river dog river", "a ba cbc", "red cat sits", "Rose eats seven nuts", "see each heat", "to be or not to be to", "Oak elm.\nElm oak.", "oak elm oak\nash fir ash", "oak",
] + FOREIGN

TEXTS = list(dict.fromkeys(ODD + [rng.choice(GENERATORS)() for _ in range(240)]))

few = lambda *values: rng.choice(values)  # noqa: E731
BOUND = ["at least", "less than"]
ASKED = "Name three rivers."

IFEVAL = [
    ("keywords:existence", {"keywords": ["lamp"]}), ("keywords:existence", {"keywords": ["river", "st[oa]"]}), ("keywords:existence", {"keywords": ["İ", "ß"]}),
    *[("keywords:frequency", {"keyword": k, "frequency": rng.randint(1, 3), "relation": few(*BOUND)}) for k in ("lamp", "river", "the", "an?", "\\.")],
    ("keywords:forbidden_words", {"forbidden_words": ["lamp", "dog"]}), ("keywords:forbidden_words", {"forbidden_words": ["É", "a"]}),
    *[("keywords:letter_frequency", {"letter": k, "let_frequency": rng.randint(1, 9), "let_relation": few(*BOUND)}) for k in "aeqtX"],
    *[("language:response_language", {"language": k}) for k in ("fr", "it", "pt", "sv", "fi", "ar", "ru", "en", "de", "ja")],
    *[("length_constraints:number_sentences", {"num_sentences": n, "relation": r}) for n in (2, 3, 4, 5) for r in BOUND],
    *[("length_constraints:number_paragraphs", {"num_paragraphs": n}) for n in (2, 3, 4)],
    *[("length_constraints:number_words", {"num_words": n, "relation": r}) for n in (3, 11, 30) for r in BOUND],
    ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 2, "nth_paragraph": 1, "first_word": "the"}),
    ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 3, "nth_paragraph": 3, "first_word": "lamp"}),
    *[("detectable_content:number_placeholders", {"num_placeholders": n}) for n in (1, 3)],
    *[("detectable_content:postscript", {"postscript_marker": k}) for k in ("P.S.", "P.P.S", "PS:")],
    *[("detectable_format:number_bullet_lists", {"num_bullets": n}) for n in (1, 2, 4)], ("detectable_format:constrained_response", {}),
    *[("detectable_format:number_highlighted_sections", {"num_highlights": n}) for n in (1, 2)],
    *[("detectable_format:multiple_sections", {"section_spliter": k, "num_sections": n}) for k, n in (("Section", 3), ("Day", 2), ("Step", 2), ("Chapter", 1))],
    ("detectable_format:json_format", {}), ("detectable_format:title", {}), ("combination:two_responses", {}),
    ("combination:repeat_prompt", {"prompt_to_repeat": ASKED}), ("startend:end_checker", {"end_phrase": "Is there anything else?"}),
    ("startend:end_checker", {"end_phrase": "river."}), ("startend:quotation", {}),
    *[("change_case:capital_word_frequency", {"capital_frequency": n, "capital_relation": r}) for n in (1, 4) for r in BOUND],
    ("change_case:english_capital", {}), ("change_case:english_lowercase", {}), ("punctuation:no_comma", {}),
]

IFEVALG = [
    ("copy:repeat_phrase", {"phrase": "go on now please", "small_n": 1}), ("copy:repeat_phrase", {"phrase": "The big lamp", "small_n": 2}),
    ("copy:copy", {"prompt_to_repeat": ASKED}), ("copy:copying_simple", {"prompt_to_repeat": ASKED}),
    ("copy:copying_multiple", {"prompt_to_repeat": ASKED, "N": 2}), ("copy:copying_multiple", {"prompt_to_repeat": ASKED, "N": 3}),
    ("new:copy_span_idx", {"prompt_to_repeat": ASKED, "n_start": 2, "n_end": 12}), ("new:copy_span_idx", {"prompt_to_repeat": ASKED, "n_start": 5, "n_end": 17}),
    ("detectable_format:sentence_hyphens", {}), ("detectable_format:square_brackets", {}), ("detectable_format:bigram_wrapping", {}),
    ("keywords:no_adjacent_consecutive", {}), ("keywords:word_once", {"keyword": "lamp"}), ("keywords:word_once", {"keyword": "the"}),
    *[("keywords:word_count_different_numbers", {"keyword": k, "frequency": 2, "relation": r}) for k in ("river", "is") for r in BOUND],
    ("keywords:exclude_word_harder", {"keyword": "lamp"}), ("keywords:exclude_word_harder", {"keyword": "the"}), ("keywords:palindrome", {}),
    *[("keywords:keyword_specific_position", {"keyword": "lamp", "n": n, "m": m}) for n, m in ((1, 1), (1, 2), (2, 2), (3, 2))],
    ("keywords:start_end", {}), ("paragraphs:paragraphs", {}), ("paragraphs:paragraphs2", {}),
    ("first_word:first_word_sent", {"first_word": "Go"}), ("first_word:first_word_sent", {"first_word": "Tea"}), ("first_word:first_word_answer", {"first_word": "lamp"}),
    ("first_word:first_word_answer", {"first_word": "The"}), ("last_word:last_word_sent", {"last_word": "river"}), ("last_word:last_word_answer", {"last_word": "river"}),
    ("last_word:last_word_answer", {"last_word": "lamp"}), ("punctuation:punctuation_dot", {}), ("punctuation:punctuation_exclamation", {}),
    *[("count:lowercase_counting", {"N": n}) for n in (1, 5, 20)], *[("letters:letter_counting", {"N": n, "relation": r}) for n in (5, 40) for r in BOUND],
    *[("letters:letter_counting2", {"letter": k, "let_frequency": n, "let_relation": r}) for k, n, r in (("a", 4, "less than"), ("R", 2, "at least"), ("z", 1, "less than"))],
    ("count:counting_composition", {"n_sent": 1, "n_words": 5}), ("count:counting_composition", {"n_sent": 2, "n_words": 3}), ("count:count_unique", {}),
    ("count:count_increment_word", {"keyword1": "river", "keyword2": "lamp"}), ("count:count_increment_word", {"keyword1": ["dog"], "keyword2": ["river"]}),
]

IFBENCH = [
    *[("count:word_count_range", {"min_words": a, "max_words": b}) for a, b in ((1, 4), (8, 20))], *[("count:unique_word_count", {"N": n}) for n in (3, 12)],
    *[("count:conjunctions", {"small_n": n}) for n in (1, 3)], *[("count:person_names", {"N": n}) for n in (1, 2)], *[("count:numbers", {"N": n}) for n in (1, 2, 6)],
    ("count:punctuation", {}), *[("count:words_japanese", {"N": n}) for n in (2, 3)], *[("count:pronouns", {"N": n}) for n in (1, 3)],
    ("count:keywords_multiple", {"keyword1": "dog", "keyword2": "lamp", "keyword3": "river", "keyword4": "the", "keyword5": "a"}),
    *[("ratio:stop_words", {"percentage": n}) for n in (20, 50)], ("ratio:sentence_type", {}), ("ratio:sentence_balance", {}),
    ("ratio:overlap", {"reference_text": ASKED, "percentage": 100}), ("ratio:overlap", {"reference_text": "The lamp by the river was lit.", "percentage": 15}),
    ("ratio:sentence_words", {}), ("words:alphabet", {}), ("words:vowel", {}), ("words:consonants", {}), ("words:palindrome", {}), ("words:prime_lengths", {}),
    *[("words:repeats", {"small_n": n}) for n in (1, 2)], ("words:odd_even_syllables", {}), ("words:last_first", {}), ("words:paragraph_last_first", {}),
    ("words:no_consecutive", {}), *[("words:keywords_specific_position", {"keyword": "lamp", "n": n, "m": m}) for n, m in ((1, 2), (2, 2))],
    ("words:words_position", {"keyword": "lamp"}), ("words:words_position", {"keyword": "dog"}), ("sentence:alliteration_increment", {}),
    *[("sentence:keyword", {"word": "lamp", "N": n}) for n in (1, 2, 3)], *[("sentence:increment", {"small_n": n}) for n in (1, 2)], ("format:parentheses", {}), ("format:quotes", {}),
    ("format:options", {"options": "left/right"}), ("format:options", {"options": "yes or no"}), ("format:options", {"options": "a, b, c"}), ("format:newline", {}), ("format:emoji", {}),
    ("format:line_indent", {}), ("format:quote_unquote", {}), ("format:list", {"sep": "+++"}), ("format:list", {"sep": "***"}), ("format:thesis", {}), ("format:sub-bullets", {}),
    ("format:no_bullets_bullets", {}), ("format:title_case", {}), ("format:output_template", {}), ("format:no_whitespace", {}), ("custom:multiples", {}),
    ("custom:mcq_count_length", {}), ("custom:reverse_newline", {}), ("custom:word_reverse", {}), ("custom:character_reverse", {}), ("custom:sentence_alphabet", {}),
    ("custom:european_capitals_sort", {}), ("custom:csv_city", {}), ("custom:csv_special_character", {}), ("custom:csv_quotes", {}), ("custom:date_format_list", {}),
    ("repeat:repeat_change", {"prompt_to_repeat": ASKED}), ("repeat:repeat_simple", {}), ("repeat:repeat_span", {"prompt_to_repeat": ASKED, "n_start": 2, "n_end": 8}),
]
