import type { Clock } from '../time/clock.js'
import { withThreads, type InspectedThread } from './thread-inspector.js'

/** So long the stacks of a thread are looked at, and so often. */
const SAMPLED_MS = 30
const SAMPLE_INTERVAL_US = 1000
const DEADLINE_MS = 1000
/** Where V8 says that no function runs. */
const NOT_RUNNING = new Set(['(root)', '(program)', '(idle)'])

export interface ThreadStack {
  readonly name: string
  /** In the form of a thread dump of Java: a header, a line a frame, an empty line. */
  readonly text: string
}

/** A node of a profile of V8: a function that was called by that of its parent. */
interface ProfileNode {
  readonly id: number
  readonly callFrame: {
    readonly functionName: string
    readonly url: string
    readonly lineNumber: number
    readonly columnNumber: number
  }
  readonly children?: readonly number[]
}

interface Profile {
  readonly nodes: readonly ProfileNode[]
  readonly samples?: readonly number[]
}

/**
 * The stacks of all threads of this process, as V8 samples them: nothing is stopped for it. Of a thread in which functions run
 * only now and then it is the last one that was seen.
 */
export function threadDump(clock: Clock): Promise<ThreadStack[]> {
  return withThreads({ deadlineMs: DEADLINE_MS, clock }, (threads) =>
    Promise.all(threads.map(async (thread) => stackOf(thread, await profileOf(thread, clock)))),
  )
}

async function profileOf(thread: InspectedThread, clock: Clock): Promise<Profile | undefined> {
  if ((await thread.post('Profiler.enable')) === undefined) return undefined
  await thread.post('Profiler.setSamplingInterval', { interval: SAMPLE_INTERVAL_US })
  await thread.post('Profiler.start')
  await new Promise<void>((resolve) => {
    clock.setTimer(SAMPLED_MS, resolve)
  })
  const stopped = (await thread.post('Profiler.stop')) as { readonly profile: Profile } | undefined
  await thread.post('Profiler.disable')
  return stopped?.profile
}

function stackOf({ id, name }: InspectedThread, profile: Profile | undefined): ThreadStack {
  const title = `"${name}" Id=${String(id)}`
  if (profile === undefined) {
    const reason = `no answer within ${String(DEADLINE_MS)} ms: it waits in native code, is starting or is ending`
    return { name, text: `${title} UNKNOWN\n\t- ${reason}\n\n` }
  }
  const { samples = [] } = profile
  const frames = framesOf(profile)
  const running = samples.filter((node) => frames.has(node))
  const last = frames.get(running.at(-1) ?? -1)
  if (last === undefined) return { name, text: `${title} WAITING\n\t- no function ran in ${String(SAMPLED_MS)} ms\n\n` }
  const share = `\t- functions ran in ${String(running.length)} of ${String(samples.length)} samples; the last of them:\n`
  return { name, text: `${title} RUNNABLE\n${share}${last.map((line) => `\tat ${line}\n`).join('')}\n` }
}

/** The frames, innermost first, of each node in which a function runs. */
function framesOf({ nodes }: Profile): Map<number, string[]> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const frames = new Map<number, string[]>()
  for (const { id, callFrame } of nodes) {
    if (NOT_RUNNING.has(callFrame.functionName)) continue
    const lines: string[] = []
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const node = byId.get(at)
      if (node !== undefined && node.callFrame.functionName !== '(root)') lines.push(lineOf(node.callFrame))
    }
    frames.set(id, lines)
  }
  return frames
}

function lineOf({ functionName, url, lineNumber, columnNumber }: ProfileNode['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName
  return url === '' ? name : `${name} (${url}:${String(lineNumber + 1)}:${String(columnNumber + 1)})`
}
