import { describe, expect, it } from "@jest/globals";
import { LogVisits } from "../../../src/logs/work/log-visits.ts";

const evil = "203.0.113.7";
// These two addresses are public, which documentation addresses are not. Nothing is ever sent to them here.
const publicOne = "93.184.216.34";
const publicTwo = "93.184.216.35";

describe("visits to log hosts", () => {
  it("a server gets as many logs under all its names together as a single host", () => {
    const visits = new LogVisits(3);
    const admitted = Array.from({ length: 10 }, (_, n) => {
      return visits.start(`a${n}.evil.test`).admit([publicOne], 443, 0).length;
    });
    expect(admitted).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
    expect(visits.start("good.test").admit([publicTwo], 443, 0)).toEqual([publicTwo]);
  });

  it("names that resolve to a busy server get no log until it has a free slot", () => {
    const visits = new LogVisits(1);
    const first = visits.start("a1.test");
    first.admit([publicOne], 443, 0);
    const second = visits.start("a2.test");
    second.admit([publicOne], 443, 0);
    second.end(null, 0);
    expect(visits.busyHosts(0).toSorted()).toEqual(["a1.test", "a2.test"]);
    first.end("answered", 0);
    expect(visits.busyHosts(0)).toEqual([]);
  });

  it("logs that a busy server could not take are due again one after the other", () => {
    const visits = new LogVisits(1);
    visits.start("a.test").admit([publicOne], 443, 0);
    const due = Array.from({ length: 3 }, (_, n) => {
      const visit = visits.start(`b${n}.test`);
      visit.admit([publicOne], 443, 0);
      return visit.end(null, 0);
    });
    expect(due).toEqual([1000, 2000, 3000]);
    const late = Array.from({ length: 5000 }, () => {
      const visit = visits.start("c.test");
      visit.admit([publicOne], 443, 0);
      return visit.end(null, 0) ?? 0;
    });
    expect(Math.max(...late)).toBe(600_000);
  });

  it("a log that is not admitted to any server is always due again, also after a redirect", () => {
    const visits = new LogVisits(1);
    visits.start("a.test").admit([publicOne], 443, 0);
    const visit = visits.start("b.test");
    expect(visit.admit(["8.8.4.4"], 443, 0)).toEqual(["8.8.4.4"]);
    expect(visit.admit([publicOne], 443, 0)).toEqual([]);
    expect(visit.end(null, 0)).toBe(1000);
  });

  it("a server that is unreachable under one name rests under all of them", () => {
    const visits = new LogVisits(3);
    const visit = visits.start("a1.test");
    visit.admit([publicOne], 443, 0);
    visit.end("unreachable", 0);
    expect(visits.start("a2.test").admit([publicOne], 443, 4999)).toEqual([]);
    expect(visits.start("a3.test").admit([publicOne], 443, 5000)).toEqual([publicOne]);
    // The server gets one log at a time until it answers.
    expect(visits.start("a4.test").admit([publicOne], 443, 5000)).toEqual([]);
  });

  it("a log may connect to those of several addresses whose servers are not busy", () => {
    const visits = new LogVisits(1);
    visits.start("a.test").admit([publicOne], 443, 0);
    expect(visits.start("b.test").admit([publicOne, publicTwo], 443, 0)).toEqual([publicTwo]);
  });

  it("a public address is one server on all ports, a private address is a different server on each port", () => {
    const visits = new LogVisits(1);
    visits.start("a.test:1024").admit([publicOne], 1024, 0);
    expect(visits.start("a.test:1025").admit([publicOne], 1025, 0)).toEqual([]);
    visits.start("localhost:1024").admit(["127.0.0.1"], 1024, 0);
    expect(visits.start("x.localhost:1024").admit(["127.0.0.1"], 1024, 0)).toEqual([]);
    expect(visits.start("localhost:1025").admit(["127.0.0.1"], 1025, 0)).toEqual(["127.0.0.1"]);
    visits.start("docs.test").admit([evil], 80, 0);
    expect(visits.start("docs.test:81").admit([evil], 81, 0)).toEqual([evil]);
  });

  it("a server is one network of IPv6 or one address of IPv4, however it is written", () => {
    const visits = new LogVisits(1);
    visits.start("a.test").admit(["2606:2800:220:1:248:1893:25c8:1946"], 443, 0);
    expect(visits.start("b.test").admit(["2606:2800:220:1::1"], 443, 0)).toEqual([]);
    expect(visits.start("c.test").admit(["2606:2800:220:2::1"], 443, 0)).toHaveLength(1);
    visits.start("d.test").admit([publicOne], 443, 0);
    expect(visits.start("e.test").admit([`::ffff:${publicOne}`], 443, 0)).toEqual([]);
    expect(visits.start("f.test").admit([`64:ff9b::${publicOne}`], 443, 0)).toEqual([]);
  });

  it("after a redirect, the target server is counted and blamed, not the one that redirected", () => {
    const visits = new LogVisits(1);
    const visit = visits.start("good.test");
    visit.admit([publicOne], 443, 0);
    expect(visit.admit([publicTwo], 443, 0)).toEqual([publicTwo]);
    expect(visits.start("a.evil.test").admit([publicTwo], 443, 0)).toEqual([]);
    visit.end("unreachable", 0);
    expect(visits.busyHosts(0)).not.toContain("good.test");
    expect(visits.start("other.test").admit([publicOne], 443, 0)).toEqual([publicOne]);
    expect(visits.start("b.evil.test").admit([publicTwo], 443, 4999)).toEqual([]);
  });

  it("a redirect back to the same server does not wait for itself", () => {
    const visits = new LogVisits(1);
    const visit = visits.start("a.test");
    visit.admit([publicOne], 80, 0);
    expect(visit.admit([publicOne], 443, 0)).toEqual([publicOne]);
    visit.end("answered", 0);
    expect(visits.start("b.test").admit([publicOne], 443, 0)).toEqual([publicOne]);
  });

  it("at most a thousand names are remembered", () => {
    const visits = new LogVisits(1);
    visits.start("first.test").admit([publicOne], 443, 0);
    for (let n = 0; n < 20_000; n++) {
      const visit = visits.start(`a${n}.test`);
      visit.admit([publicOne], 443, 0);
      visit.end(null, 0);
    }
    expect(visits.busyHosts(0).length).toBeLessThanOrEqual(1001);
  });
});
