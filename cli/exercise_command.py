"""`comity exercise`: a group of commands, each in a module `exercise_NAME`."""

from comity.cli.groups import Commands

COMMANDS = {
    "list": "The built-in exercises, or those of files.",
    "show": "An exercise as its trainees read it, or its key.",
    "run": "Do an exercise here: answers are saved, and can be gone on with.",
    "grade": "Mark answers: what is right and why, and a report on a class.",
    "generate": "New exercises, with keys that are proved.",
    "export": "Exercises for learning platforms, flash cards and paper.",
}

command = Commands(
    "comity.cli.exercise_{}",
    COMMANDS,
    name="exercise",
    help="""Exercises whose keys are worked out from the rules.

    \b
    comity exercise list
    comity exercise run dadaab-first-look
    comity exercise grade answers/ --format html -o class.html
    """,
)
