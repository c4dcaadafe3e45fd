import { readdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { PerformanceObserver, constants } from 'node:perf_hooks'
import type { Clock } from '../time/clock.js'
import { memoryLimits } from './memory-limits.js'
import { withThreads } from './thread-inspector.js'

/** A thread that is busy with something native is not waited for longer; it keeps the last numbers that it gave. */
const DEADLINE_MS = 300
/** Whoever asks more often gets what was read last. */
const FRESH_MS = 1000
const NS_OF_US = 1000

interface HeapUsage {
  readonly usedSize: number
  readonly totalSize: number
}

/** Metrics of this process by Flink's names; of what a JVM has and Node has not there is none. */
export class ProcessMetrics {
  readonly #clock: Clock
  readonly #collections = new GarbageCollections()
  /** By id of the thread. */
  #heaps = new Map<number, HeapUsage>()
  #last: { readonly atMs: number; readonly metrics: Promise<Record<string, number>> } | undefined
  #cpu: { readonly atMs: number; readonly us: number } | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  read(): Promise<Record<string, number>> {
    const now = this.#clock.monotonicMs()
    if (this.#last === undefined || now - this.#last.atMs > FRESH_MS) {
      this.#last = { atMs: now, metrics: this.#read() }
    }
    return this.#last.metrics
  }

  close(): void {
    this.#collections.close()
  }

  async #read(): Promise<Record<string, number>> {
    const [threads] = await Promise.all([countThreads(), this.#readHeaps()])
    const { heapTotal, heapUsed, rss, arrayBuffers } = process.memoryUsage()
    const workers = [...this.#heaps.values()]
    const committed = workers.reduce((sum, { totalSize }) => sum + totalSize, heapTotal)
    const outside = Math.max(0, rss - committed)
    return {
      'Status.JVM.CPU.Load': this.#cpuLoad(),
      'Status.JVM.CPU.Time': this.#cpuTimeUs() * NS_OF_US,
      'Status.JVM.Memory.Heap.Used': workers.reduce((sum, { usedSize }) => sum + usedSize, heapUsed),
      'Status.JVM.Memory.Heap.Committed': committed,
      // Of a process without workers; others know what these may take.
      'Status.JVM.Memory.Heap.Max': memoryLimits().heapBytes,
      // What is resident and no heap: code, native libraries, buffers, memory that threads share.
      'Status.JVM.Memory.NonHeap.Used': outside,
      'Status.JVM.Memory.NonHeap.Committed': outside,
      'Status.JVM.Memory.NonHeap.Max': -1,
      'Status.JVM.Memory.Direct.Count': 0,
      'Status.JVM.Memory.Direct.MemoryUsed': arrayBuffers,
      'Status.JVM.Memory.Direct.TotalCapacity': arrayBuffers,
      'Status.JVM.Threads.Count': threads,
      ...this.#collections.metrics(),
    }
  }

  /** Of the worker threads: each has a heap of its own. */
  async #readHeaps(): Promise<void> {
    await withThreads({ deadlineMs: DEADLINE_MS, clock: this.#clock }, async (threads) => {
      const heaps = new Map<number, HeapUsage>()
      await Promise.all(
        threads.map(async (thread) => {
          const usage = (await thread.post('Runtime.getHeapUsage')) as HeapUsage | undefined
          const known = usage ?? this.#heaps.get(thread.id)
          if (known !== undefined) heaps.set(thread.id, known)
        }),
      )
      this.#heaps = heaps
    })
  }

  #cpuTimeUs(): number {
    const { user, system } = process.cpuUsage()
    return user + system
  }

  /** Since it was read last, of all cores: 0 to 1. */
  #cpuLoad(): number {
    const now = { atMs: this.#clock.monotonicMs(), us: this.#cpuTimeUs() }
    const before = this.#cpu ?? { atMs: now.atMs - process.uptime() * 1000, us: 0 }
    this.#cpu = now
    const cores = availableParallelism()
    return Math.min(1, Math.max(0, (now.us - before.us) / 1000 / Math.max(1, now.atMs - before.atMs) / cores))
  }
}

/** Of the system; -1 where it does not tell. */
async function countThreads(): Promise<number> {
  try {
    return (await readdir('/proc/self/task')).length
  } catch {
    return -1
  }
}

/** What Node says of a garbage collection. */
interface CollectionEntry {
  readonly duration: number
  readonly detail?: { readonly kind?: number }
}

/** How often and how long the main thread was collected since somebody asked for the first time. */
class GarbageCollections {
  readonly #counts = { young: { count: 0, ms: 0 }, old: { count: 0, ms: 0 } }
  readonly #observer: PerformanceObserver

  constructor() {
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as readonly CollectionEntry[]) {
        const { duration, detail } = entry
        const isYoung = detail?.kind === constants.NODE_PERFORMANCE_GC_MINOR
        const counts = isYoung ? this.#counts.young : this.#counts.old
        counts.count += 1
        counts.ms += duration
      }
    })
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  metrics(): Record<string, number> {
    const { young, old } = this.#counts
    return {
      'Status.JVM.GarbageCollector.Scavenge_Main_Thread.Count': young.count,
      'Status.JVM.GarbageCollector.Scavenge_Main_Thread.Time': Math.round(young.ms),
      'Status.JVM.GarbageCollector.MarkSweepCompact_Main_Thread.Count': old.count,
      'Status.JVM.GarbageCollector.MarkSweepCompact_Main_Thread.Time': Math.round(old.ms),
      'Status.JVM.GarbageCollector.All.Count': young.count + old.count,
      'Status.JVM.GarbageCollector.All.Time': Math.round(young.ms + old.ms),
    }
  }

  close(): void {
    this.#observer.disconnect()
  }
}
