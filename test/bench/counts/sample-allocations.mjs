// Preloaded into a worker by the bench: adds up what its JavaScript allocates between two SIGUSR2 signals, including what is
// garbage-collected in that time. V8 samples one allocation per 32 KiB on average. Each thread that runs at the first signal writes its
// bytes into a file in the folder ALLOCATIONS. Buffers outside of the heap are not counted.
import { writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import { join } from "node:path";
import { BroadcastChannel, isMainThread, threadId } from "node:worker_threads";

const folder = process.env.ALLOCATIONS;
const session = new Session();
let isSampling = false;

function bytesOf({ selfSize, children }) {
  return children.reduce((sum, child) => sum + bytesOf(child), selfSize);
}

function changeOver() {
  isSampling = !isSampling;
  if (isSampling) {
    session.connect();
    session.post("HeapProfiler.startSampling", {
      samplingInterval: 32 * 1024,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    });
    return;
  }
  session.post("HeapProfiler.stopSampling", (error, { profile }) => {
    if (error !== null) throw error;
    writeFileSync(join(folder, String(threadId)), String(bytesOf(profile.head)));
  });
  session.disconnect();
}

const toThreads = new BroadcastChannel("sample-allocations");
if (isMainThread) {
  process.on("SIGUSR2", () => {
    changeOver();
    toThreads.postMessage(null);
  });
} else toThreads.onmessage = changeOver;
toThreads.unref();
