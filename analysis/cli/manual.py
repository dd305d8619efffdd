#!/usr/bin/env python3
"""manual.py PROGRAM FILE: writes the manual page sentinel-sim(1), made of what PROGRAM and its commands say with --help.

If the name ends in .gz it is compressed, with the same bytes each time.
"""
import gzip
import re
import subprocess
import sys

DESCRIPTION = """\
Virtual data nodes, sentinels and a network with latency and partitions run on a simulated clock, replay scenario files
and say, event for event, what real sentinels say. The same scenario and seed give the same bytes on every machine.
Examples on this page are typed in /usr/share/sentinel-sim.
"""
FILES = [
    ("/usr/share/sentinel-sim/scenarios", "the library of scenarios; its README.md describes the format"),
    ("/usr/share/sentinel-sim/scenarios/schema.json", "the schema of scenario files, for editors that complete and check"),
]


def said_by(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=True).stdout


def escaped(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    return "\\&" + text if text.startswith((".", "'")) else text


def paragraphs(text):
    """Sections of a help text: `usage`, `options`, `exit codes`, … by name; lines before any of them under ''."""
    sections, name = {"": []}, ""
    for line in text.splitlines():
        begin = re.fullmatch(r"([a-z][a-z ]*):(?: (.*))?", line)
        if begin:
            name = begin[1]
            sections[name] = [begin[2]] if begin[2] else []
        else:
            sections[name].append(line)
    return sections


OPTION = r"(?:-\w \[ --[\w-]+ \]|--[\w-]+)(?: arg| \[=arg\(=\w+\)\])?(?: \(=[^)]*\))?"


def rows(lines):
    """`  WORD   TEXT` and what goes on deeper below it, as pairs."""
    found = []
    for line in lines:
        begin = re.fullmatch(rf"  ({OPTION}|\w+)(?: +(.*))?", line)
        if begin:
            found.append([begin[1], (begin[2] or "").strip()])
        elif line.startswith("   ") and found:
            found[-1][1] = f"{found[-1][1]} {line.strip()}".strip()
    return found


def listed(pairs):
    return "".join(f".TP\n.B {escaped(word)}\n{escaped(text)}\n" for word, text in pairs)


def option(word):
    """`-h [ --help ]`, `--seed arg (=1)` and `--ledger [=arg(=text)]` as a manual writes them."""
    word = re.sub(r"^(-\w) \[ (--[\w-]+) \]", r"\1, \2", word)
    word = re.sub(r" \[=arg\(=\w+\)\]$", "[=arg]", word)
    return re.sub(r" \(=(.*)\)$", r" (default \1)", word)


def command(program, name, answers):
    sections = paragraphs(said_by(program, name, "--help"))
    usage = " ".join(line.strip() for line in sections["usage"] if line)
    options = [(option(word), text) for word, text in rows(sections["options"])]
    return (f".SS {escaped(name)}\n{escaped(answers[0].upper() + answers[1:])}.\n.PP\n{escaped(usage)}\n{listed(options)}"
            f".PP\nExample:\n.PP\n.nf\n.RS\n{escaped(sections['example'][0])}\n.RE\n.fi\n")


def manual(program):
    version = said_by(program, "--version").splitlines()[0]
    sections = paragraphs(said_by(program, "--help"))
    commands = rows(sections["usage"][2:])
    title = sections[""][0].split(": ", 1)[1] if sections[""] and ": " in sections[""][0] else ""
    parts = [f'.TH SENTINEL\\-SIM 1 "" "{escaped(version)}" "User Commands"\n',
             f".SH NAME\nsentinel\\-sim \\- {escaped(title)}\n",
             ".SH SYNOPSIS\n.B sentinel\\-sim\n.I COMMAND\n\\&...\n.br\n.B sentinel\\-sim \\-\\-version\n",
             f".SH DESCRIPTION\n{escaped(DESCRIPTION)}",
             ".SH COMMANDS\n", *(command(program, name, answers) for name, answers in commands),
             f".SH EXIT STATUS\n{listed(rows(sections['exit codes']))}",
             f".SH FILES\n{listed(FILES)}"]
    return "".join(parts)


def main():
    program, file = sys.argv[1:]
    text = manual(program).encode()
    with open(file, "wb") as out:
        out.write(gzip.compress(text, mtime=0) if file.endswith(".gz") else text)


if __name__ == "__main__":
    main()
