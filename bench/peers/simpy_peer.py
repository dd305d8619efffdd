#!/usr/bin/env python3
"""SimPy: timers are processes, messages are timeouts that call the actor they reach.

usage: simpy_peer.py hold_32|hold_1000|hold_100000|ring|mesh UNTIL
What happens is what ../workloads.h says; a message is (to, from, kind).
"""
import sys
import time

import simpy

MASK = (1 << 64) - 1
LATENCY = (50, 500)
PERIOD = (95_000, 10_000)
DISTANCES = [LATENCY] * 12 + [(52_000, 48_000)] * 7 + [(1_000_000, 9_000_000)]
TIMER, PING, PONG, INFO, INFO_REPLY, PUBLISH, HELLO = range(7)
ACTORS = 64
SENTINELS, NODES, MASTER = 3, 6, 3


def split_mix(place):
    z = place * 0x9E3779B97F4A7C15 & MASK
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
    return z ^ z >> 31


def draw_from(range_, draw):
    return range_[0] + ((draw >> 32) * range_[1] >> 32)


class History:
    def __init__(self, until):
        self.until = until
        self.mark = until // 5
        self.events = self.unmeasured = self.checksum = 0
        self.begin = self.end = 0

    def happens(self, now, to, sender, kind):
        """The chance of what happens; None when it is over."""
        if now >= self.mark and self.is_over(now):
            return None
        draw = split_mix(now + (to | sender << 32 | kind << 48) * 0xD1342543DE82EF95)
        self.checksum += draw
        self.events += 1
        return draw

    def is_over(self, now):
        if self.mark != self.until:
            self.begin = time.process_time_ns()
            self.unmeasured = self.events
            self.mark = self.until
        if now < self.until:
            return False
        self.end = self.end or time.process_time_ns()
        return True

    def __str__(self):
        per_event = (self.end - self.begin) / (self.events - self.unmeasured)
        return f"{self.checksum & MASK:016x} {self.events} {per_event:.3f}"


def hold(env, history, pending):
    def timer(i):
        timeout, happens = env.timeout, history.happens
        delay = draw_from((1, 5_500_000), split_mix(i))
        while True:
            yield timeout(delay)
            draw = happens(env.now, i, 0, 0)
            if draw is None:
                return
            delay = draw_from(DISTANCES[(draw & 0xFFFFFFFF) * 20 >> 32], draw)

    for i in range(pending):
        env.process(timer(i))


def ring(env, history):
    timeout, happens = env.timeout, history.happens

    def receive(event):
        to, token = event._value
        draw = happens(env.now, to, token, 0)
        if draw is not None:
            timeout(draw_from(LATENCY, draw), ((to + 1) % ACTORS, token)).callbacks.append(receive)

    for i in range(ACTORS):
        timeout(draw_from(LATENCY, split_mix(i)), (i, i)).callbacks.append(receive)


def mesh(env, history):
    timeout, happens = env.timeout, history.happens

    def send(draw, to, sender, kind):
        timeout(draw_from(LATENCY, draw), (to, sender, kind)).callbacks.append(receive)

    def receive(event):
        to, sender, kind = event._value
        draw = happens(env.now, to, sender, kind)
        if draw is None:
            return
        if kind == PING:
            send(draw, sender, to, PONG)
        elif kind == INFO:
            send(draw, sender, to, INFO_REPLY)
        elif kind == PUBLISH:
            for i in range(SENTINELS):
                if i != sender:
                    send(split_mix(draw + i), i, MASTER, HELLO)

    def sentinel(self):
        pinged, asked, said_hello = [0] * NODES, [0] * NODES, 0
        delay = draw_from(PERIOD, split_mix(self))
        while True:
            yield timeout(delay)
            now = env.now
            draw = happens(now, self, self, TIMER)
            if draw is None:
                return
            for i in range(NODES):
                if i != self and now - pinged[i] >= 1_000_000:
                    pinged[i] = now
                    send(split_mix(draw + i + 8 * PING), i, self, PING)
                if i >= MASTER and now - asked[i] >= 10_000_000:
                    asked[i] = now
                    send(split_mix(draw + i + 8 * INFO), i, self, INFO)
            if now - said_hello >= 2_000_000:
                said_hello = now
                send(split_mix(draw + MASTER + 8 * PUBLISH), MASTER, self, PUBLISH)
            delay = draw_from(PERIOD, draw)

    for i in range(SENTINELS):
        env.process(sentinel(i))


def main(workload, until):
    env = simpy.Environment()
    history = History(int(until))
    if workload.startswith("hold_"):
        hold(env, history, int(workload.removeprefix("hold_")))
    else:
        {"ring": ring, "mesh": mesh}[workload](env, history)
    env.run()
    print(history)


main(*sys.argv[1:])
