#!/usr/bin/env python3
"""Power cuts on real file systems, without a virtual machine: scripts/powercut calls this in namespaces of its own.

A real kernel file system lies on a loop device on a disk that logs each write and flush in order. Server, client and a
recorder of clips work there, and are killed now and then. Afterwards any point of that log is made a disk again, as a power
cut might leave it: all up to the last flush is there, of what was written since nothing, all, a random half, half of the
4 KiB pieces, or a prefix. That is mounted and looked at; then server and client go on from there, and it is looked at again.
"""
import argparse
import pathlib
import random
import shutil
import sys
import time

import judging
import kinds
import programs
import recording

WHICH = {"server": False, "both": True}


def parse():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", required=True, help="the folder of the programs")
    parser.add_argument("--rig", required=True, type=pathlib.Path, help="the folder of logged_disk and swallowed_flushes.so")
    parser.add_argument("--scratch", required=True, type=pathlib.Path, help="a folder on a disk")
    parser.add_argument("--kinds", default=",".join(kinds.KINDS), help="file systems, separated by commas")
    parser.add_argument("--which", default="both,server", help="what lies on the disk: server, both")
    parser.add_argument("--seconds", type=float, default=35, help="how long each run is recorded")
    parser.add_argument("--points", type=int, default=90, help="how many cuts of each run")
    parser.add_argument("--going-on", type=int, default=1, help="server and client go on from each so many-th point")
    parser.add_argument("--within", type=float, help="seconds for the cuts of each run; fewer where the machine is slow")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--encrypted", action="store_true", help="the client encrypts; age must open what is stored")
    parser.add_argument("--controls", action="store_true", help="also servers that only pretend to flush, which must fail")
    arguments = parser.parse_args()
    if unknown := set(arguments.kinds.split(",")) - set(kinds.KINDS):
        parser.error(f"no such file system: {', '.join(sorted(unknown))}; there are {', '.join(kinds.KINDS)}")
    return arguments


def make_folder(arguments, name):
    """An empty folder for one run; it is kept if faults are found."""
    folder = arguments.scratch / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def record_and_judge(arguments, installation, kind, which):
    """One run and its power cuts; returns how many faults."""
    begin, folder = time.monotonic(), make_folder(arguments, f"{kind}-{which}")
    run = recording.Run(installation, arguments.rig, folder, kind, WHICH[which], arguments.seed)
    recorded = run.record(arguments.seconds)
    judge = judging.Judge(installation, folder, recorded, arguments.seed)
    judge.check(arguments.points, arguments.within, arguments.going_on)
    print(f"{kind}, {which}: {judge.points} points of {len(judge.log.records)} records; {len(recorded.clips)} clips, "
          f"{len(recorded.confirmed)} confirmed, {len(recorded.wiped)} wiped, {recorded.kills} kills; "
          f"{len(judge.faults)} faults, {time.monotonic() - begin:.0f} s", flush=True)
    for text in judge.notes[:8]:
        print("  note:", text)
    for sort, points in judge.sorts.items():
        print(f"  at {len(points)} points: {sort}")
    if judge.faults:
        print(f"  kept in {folder}; seed {arguments.seed}")
    else:
        shutil.rmtree(folder)
    return len(judge.faults)


def control(arguments, installation, kind, swallow):
    """A server that only pretends to flush must be found out; returns whether it wasn't."""
    folder = make_folder(arguments, f"{kind}-without-flushes")
    run = recording.Run(installation, arguments.rig, folder, kind, False, arguments.seed, swallow)
    recorded = run.record(min(arguments.seconds, 8))
    judge = judging.Judge(installation, folder, recorded, arguments.seed)
    judge.fault = lambda what: judge.faults.append(what)
    judge.check(400, going_on=0, until_fault=True)
    found = f"found out at point {judge.points}: {judge.faults[0]}" if judge.faults else "NOT FOUND OUT"
    print(f"{kind}, a server that swallows the flushes of {swallow}: {found}", flush=True)
    shutil.rmtree(folder)
    return not judge.faults


def main():
    """Every chosen file system that this kernel has; leaves 1 if anything is wrong."""
    arguments = parse()
    installation = programs.Installation(arguments.binaries, arguments.scratch / "installation", arguments.encrypted)
    wrong, tried = 0, []
    print(f"seed {arguments.seed}")
    for kind in arguments.kinds.split(","):
        if reason := kinds.KINDS[kind].reason_against(arguments.scratch):
            print(f"{kind}: left out: {reason.splitlines()[0]}")
            continue
        tried.append(kind)
        for which in arguments.which.split(","):
            wrong += record_and_judge(arguments, installation, kind, which)
    for swallow in ("all", "folders") if arguments.controls and tried else ():
        wrong += control(arguments, installation, tried[0], swallow)
    return 1 if wrong or not tried else 0


if __name__ == "__main__":
    sys.exit(main())
