#!/usr/bin/python3
"""Puts files into a program, so that there is none to lose: a C table of them.

usage: embed.py OUT TABLE [NAME=]FILE...

OUT is a C source to be included once. It holds `static const struct embedded TABLE[]` (see
base/embed.h) with an entry for each file, called NAME or the file's own name, in the order of their
names, and an empty one at the end.
"""
import os
import sys


def main():
    out, table, *words = sys.argv[1:]
    files = {}
    for word in words:
        name, _, path = word.rpartition("=")
        files[name or os.path.basename(path)] = path
    with open(out, "w", encoding="ascii") as c:
        for i, name in enumerate(sorted(files)):
            with open(files[name], "rb") as f:
                data = f.read() + b"\0"
            c.write(f"static const unsigned char {table}_{i}[] = {{{','.join(map(str, data))}}};\n")
        c.write(f"static const struct embedded {table}[] = {{\n")
        for i, name in enumerate(sorted(files)):
            c.write(f'\t{{ "{name}", (const char *){table}_{i}, sizeof {table}_{i} - 1 }},\n')
        c.write("\t{ 0 },\n};\n")


if __name__ == "__main__":
    main()
