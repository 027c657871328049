"""What each diagnostic means, in the words of docs/diagnostics.md, which no wheel holds."""

MEANINGS = {
    "unreadable-file": (
        "A file or folder cannot be read: it is not there, is no plain file, may not be opened, or is a link that "
        "leads out of the folder of its rule set. What cannot be read cannot be left out in silence: a rule might "
        "stand in it."
    ),
    "nothing-to-check": (
        "There is no rule, situation or case to look at. That is a failure and not a success: a check that looks at "
        "nothing would pass for ever."
    ),
    "too-many-files": (
        "A folder holds more than 500 YAML files. No rule set is so large, so it is likely that a folder above the "
        "one that was meant has been given."
    ),
    "file-too-large": (
        "A file is larger than 2 000 000 bytes, or the files of a rule set are larger than 10 000 000 bytes together. "
        "The limit keeps a file that nobody has written by hand from using up the computer."
    ),
    "not-utf8": (
        "The bytes of the file are not text in UTF-8, which is the one encoding of rule sets and situations. Guessing "
        "another could turn one name into another."
    ),
    "control-character": (
        "The text holds a character that is not for reading: a control character, or one that ends a line in some "
        "programs and not in others. It could hide a part of a rule from a reader. Tabs and line ends are allowed."
    ),
    "hidden-character": (
        "The text holds a character that has no width or turns the direction of writing, or a key holds a space that "
        "only looks like a plain one. Two texts that look alike would not be alike."
    ),
    "not-yaml": (
        "The text breaks the grammar of YAML, so that nobody can tell what it says. The message names the place where "
        "reading had to stop; the mistake may stand before it."
    ),
    "empty-document": "The file holds nothing but spaces and comments. It may have been saved too early.",
    "several-documents": (
        "A line `---` begins a second document in the same file. A reader might take the file for one document, and a "
        "program for another."
    ),
    "too-deep": (
        "Values stand more than 40 deep within each other. Nobody can follow a rule like that; criteria with names "
        "say it better."
    ),
    "too-many-values": (
        "A file holds more than 100 000 values, a rule set more than 500 000, or a rule set has more than 100 "
        "readings. As with `file-too-large`, the limit keeps a file from using up the computer."
    ),
    "tag": (
        "A value has a tag, a word that begins with `!`. Tags can make other programs run code, and they change what "
        "a value is; here the place of a value says what it is."
    ),
    "anchor": (
        "A value has an anchor, a word that begins with `&`, by which another place could repeat it. Repeated parts "
        "are hard to follow, and a few of them can unfold into millions."
    ),
    "alias": (
        "A word that begins with `*` stands where a value is expected: YAML takes it for a repetition of another "
        "part. Write the part out, or quote a text that begins with a star."
    ),
    "merge-key": (
        "The key `<<` is there, which would merge another mapping into this one. Which value wins is easy to get "
        "wrong, so each thing says for itself what it is."
    ),
    "duplicate-key": (
        "One mapping has the same key twice. Other programs take the last one and drop the first without a word."
    ),
    "key-not-text": "What stands before a `:` is a list, a mapping or nothing at all. A key is a name.",
    "unknown-key": (
        "A key means nothing where it stands. It is an error and not a remark, since a misspelt key would otherwise "
        "drop what it says."
    ),
    "missing-key": "A key that has to be there is not there. Without it, the thing would have no meaning.",
    "empty-value": (
        "A key has no value. Nobody can tell whether something was forgotten; what is not known is written `unknown` "
        "or left out."
    ),
    "wrong-shape": (
        "A list stands where a mapping is expected, a mapping where one value is, or the like; or a value does not "
        "have the form that its key asks for. Read in another way, it might mean something else."
    ),
    "unknown-word": (
        "A key has a fixed list of words, and this is none of them. Any other would mean nothing to the rules."
    ),
    "bad-name": (
        "A name has other characters than names have, or more than 60 of them. Facts, columns and parameters have "
        "underscores (`border_policy`), everything else has hyphens (`mass-influx`), so that one can tell them apart."
    ),
    "unknown-kind-of-file": (
        "A file in the folder of a rule set is not a part of one, or a file is neither a situation nor cases nor "
        "exercises, or its name ends in `.yml`. It would be passed over in silence."
    ),
    "not-a-number": (
        "A number is expected, and this is none. Numbers are plain digits with a point before the decimals: a comma "
        "or a space, or `1e3`, mean different things to different readers."
    ),
    "not-a-boolean": (
        "`true` or `false` is expected, and this is neither. Some programs read `yes`, `on` or `1` as true and others "
        "do not."
    ),
    "not-a-date": (
        "A date is expected, and this is none: it is written in another way, or there is no such day. Only year, "
        "month, day, in this order, cannot be misread."
    ),
    "not-a-duration": (
        "A duration is expected, and this is none, or it is counted in another unit. Months and days do not convert "
        "into each other."
    ),
    "not-text": "A text is expected, and this is a number or a truth value. Quotes say that it is meant as a text.",
    "not-an-option": (
        "A choice has a list of options, and this is none of them. Any other would mean nothing to the rules."
    ),
    "too-many-digits": (
        "A number has more than 15 digits. No count of people does; a key was held down, or two numbers ran together."
    ),
    "out-of-range": (
        "A value lies outside what is possible: a count below 0, a share above 1, or beyond the limits that the rule "
        "set gives the fact. It may be a percentage, or have a digit too many."
    ),
    "range-reversed": (
        "A range ends before it begins, so that no value lies in it. The two ends may have changed places."
    ),
    "not-a-point": (
        "A rule compares with a range or with `unknown`. A situation may be uncertain; what a rule asks for may not."
    ),
    "duplicate-name": (
        "A name is given to two things. Each name stands for one thing, in the whole rule set, so that a report can "
        "use it alone."
    ),
    "unknown-fact": (
        "A fact is used that the rule set does not declare. Were it passed over, the rule would wait for it for ever."
    ),
    "unknown-column": "A column is used that the table does not have. What is not there cannot be counted or compared.",
    "unknown-table": "Rows are asked for of something that is no table of the rule set. Only tables have rows.",
    "unknown-parameter": (
        "A parameter is used that the rule set does not declare. There would be nothing to compare with."
    ),
    "unknown-conclusion": (
        "A condition rests on a criterion, context or measure that is not there, or that is of another of these "
        "kinds. The condition would never be settled."
    ),
    "unknown-reference": (
        "A source, purpose, context or the like is named that is not there. A reader who follows the name would find "
        "nothing."
    ),
    "wrong-type": (
        "Two things are compared or combined that do not go together: people with years, a date with a number. The "
        "rule would never mean anything."
    ),
    "cycle": (
        "A thing rests on itself, by way of others or directly, as when two figures are each worked out from the "
        "other. None of them could ever be known."
    ),
    "readings": (
        "A rule set with readings has no default one, or several. An assessment has to know which reading to take "
        "when nobody says."
    ),
    "periods-overlap": "A history has two values for one day. Both cannot be true, and nobody can tell which is.",
    "before-since": (
        "A row gives values for a time before its own `since`, the day from which the group has been there. One of "
        "the two is wrong."
    ),
    "as-of-missing": (
        "A situation does not say for which day it is assessed, or a date counts back from that day (`6 years ago`) "
        "where there is none. Without the day, nobody could judge what takes time."
    ),
    "misplaced-fact": (
        "A fact about the response stands among those of the situation, or the other way round. What people suffer "
        "and what States do about it are kept apart."
    ),
    "profiles-alike": (
        "A warning: two names of a group differ only in capitals or spaces. They count as two groups, which may not "
        "be what was meant; the document is used all the same."
    ),
    "unknown-id": (
        "A situation or a case names a measure, reading, context or criterion that the rule set does not have. What "
        "is expected of it could never come out."
    ),
    "unanswerable-task": (
        "A task has no answer that could be right, more than a format can share out, or too few wrong ones beside it. "
        "It may also ask for something that is not there: what would turn a verdict that is open, or the next "
        "question where none is left."
    ),
    "key-differs": (
        "By the rules, the key of a task is not what its author expects. Either the rules are not what the author "
        "thinks, or the expectation is wrong: find out which before changing one of them."
    ),
    "not-over-columns": (
        "A conclusion has no form over columns: its figures could have more than 38 digits, it adds up quotients "
        "whose divisor is another in each row (and may be more than 40), or two columns would have one name. It is "
        "refused, because over columns it could come out otherwise than it is assessed; a `max` of the facts often "
        "helps."
    ),
    "rejected-row": (
        "A situation is left out because a row that belongs to it was rejected. Without the row, it could come out "
        "otherwise than with it, so it does not come out at all; what is wrong with the row is reported beside it."
    ),
    "unused-baseline": (
        "The baseline lists a finding that no longer occurs. Left in the file, it would pass over the same mistake "
        "when somebody makes it again."
    ),
    "unused-fact": (
        "A fact is declared that no rule asks for. Whoever describes a situation would look for a figure that changes "
        "nothing; that a property, an impossible or an implausible combination names it is not enough."
    ),
    "unused-column": (
        "A column is declared that no rule asks for, of a table that one asks for. Each row would have a value that "
        "changes nothing; where a column only tells rows apart for a reader, accept the finding and say so."
    ),
    "unused-parameter": (
        "A parameter is declared that no rule compares with. Somebody who sets it would wait for a change that never "
        "comes."
    ),
    "unused-source": "A source is listed that nothing cites. A reader would take the rules to rest on it.",
    "unused-criterion": (
        "A criterion stands with no context, and no condition names it. Its finding would be worked out and shown "
        "nowhere."
    ),
    "no-source": (
        "A parameter, criterion, context, measure, principle or precedent names no source. Nobody can tell whether it "
        "is law or an idea of the authors; if it is theirs, `basis: editorial` with a `note` that gives the reason "
        "will do."
    ),
    "no-basis": (
        "A parameter, criterion, context, measure or principle, or the link of a measure to a context, has no basis. "
        "A report could not say whether a verdict rests on the course, on an instrument, or on the authors."
    ),
    "number-in-condition": (
        "A condition or a derivation holds a number, duration or date that is not a parameter. It can be neither "
        "cited nor set, and a report cannot say that it is the authors' own. Numbers 0 and 1, a duration of 0, and a "
        "power of ten in a product or a quotient (per 1000 inhabitants) are no choice of anybody's and may stand; so "
        "may what `impossible`, `implausible` and `properties` compare with."
    ),
    "purpose-unserved": (
        "A purpose is declared that no measure serves. A measure is missing, or one does not say what it is for."
    ),
    "reading-changes-nothing": (
        "A reading has every conclusion come out as the default reading has it, or the default one changes nothing. "
        "An assessment would compare a verdict with itself. What counts is what comes out: a parameter that no "
        "condition compares with changes nothing, nor does a condition that is written otherwise and says the same in "
        "every complete situation."
    ),
    "nothing-possible": (
        "What the rule set calls impossible leaves no complete situation. Whatever one claimed of the rules would "
        "then be proved, so nothing is."
    ),
    "never-met": (
        "A criterion, context, form or principle that no complete situation meets, a measure that none calls for. It "
        "is proved for every situation that the rule set does not call impossible; where tables decide, for so many "
        "rows as the message says. Parts that exclude one another, each sensible by itself, are the usual cause."
    ),
    "always-met": (
        "A criterion, context, form or principle that every complete situation meets. It tells no situation from "
        "another; `any` may stand where `all` was meant, or a bound may be turned round."
    ),
    "same-condition": (
        "A criterion or context that comes out like another one in every complete situation. One of them was copied "
        "and not changed, or the law was read twice. A condition that only names the other (`{criterion: few}`) is "
        "not meant."
    ),
    "useless-part": (
        "A part of a condition without which no complete situation comes out otherwise. Another part already says it, "
        "or what the rule set calls impossible does. One such part of a condition is reported; once it is gone, the "
        "others may matter."
    ),
    "threshold-out-of-range": (
        "A test of a fact holds for every value that may be given for it, or for none. A share may have been compared "
        "with a per cent, or a bound have a digit too many. A parameter counts with all its values and those that "
        "readings set."
    ),
    "contradictory-tests": (
        "Tests of one fact that must hold together leave it no value. Two bounds may have changed places, or `all` "
        "stand where `any` is meant."
    ),
    "empty-domain": (
        "A fact or a column can be given one value only, or values that are less than a step apart. Nobody has to be "
        "asked for it: the answer is there already."
    ),
    "units-apart": (
        "Figures are compared or combined that are declared in two units. People and days, added up, are nothing; "
        "units are compared as they are written, and only where both have one."
    ),
    "missing-translation": (
        "A locale lacks the title or the question of something. A report in that language would be in two languages. "
        "Titles are those of contexts, criteria, measures, purposes, forms, themes, principles, precedents, readings, "
        "parameters, facts and columns."
    ),
    "stale-translation": (
        "A wording has changed since it was translated, or the translation does not say what it was made from. The "
        "two languages may no longer say the same. The hint gives the digits to write under `made_from` once the "
        "words have been checked."
    ),
    "never-tested": (
        "No case of the rule set expects a criterion or a context to come out met, not met, or unknown. A change that "
        "turns this answer would go unseen. The cases are those in the rule set's own folder (`*.cases.yaml`)."
    ),
    "passage-not-encoded": (
        "A passage of a source is neither cited nor excused. A part of the text may have been forgotten. Only a "
        "source that lists its `passages` is looked at."
    ),
    "unknown-passage": (
        "A citation names a passage that its source does not list. A reader who looks it up would find nothing."
    ),
    "unneeded-excuse": "A passage is excused although it is cited. One of the two is a slip.",
    "unused-suppression": (
        "An entry of `suppress` accepts a finding that is not there. It would hide the next mistake of its kind."
    ),
}
