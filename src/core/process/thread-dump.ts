import type { Clock } from '../time/clock.js'
import { withThreads, type InspectedThread } from './thread-inspector.js'

/** V8 tells of every script of a thread first, which takes long where all threads are busy. */
const DEADLINE_MS = 3000
/** A thread in which nothing runs for so long waits: for messages, or for something outside. */
const WAITING_MS = 250

export interface ThreadStack {
  readonly name: string
  /** In the form of a thread dump of Java: a header, a line a frame, an empty line. */
  readonly text: string
}

interface CallFrame {
  readonly functionName: string
  readonly location: { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber?: number }
}

interface ParsedScript {
  readonly scriptId: string
  readonly url: string
}

/**
 * The stacks of all threads of this process. Each worker thread is stopped for as long as it takes to read its stack, at the next
 * step of whatever runs in it. The main thread is what answers: of that one it is what it waits for.
 */
export async function threadDump(clock: Clock): Promise<ThreadStack[]> {
  const workers = await withThreads({ deadlineMs: DEADLINE_MS, clock }, (threads) => Promise.all(threads.map(stackOf)))
  return [mainThread(), ...workers]
}

async function stackOf(thread: InspectedThread): Promise<ThreadStack> {
  const { id, name } = thread
  const title = `"${name}" Id=${String(id)}`
  const urls = new Map<string, string>()
  thread.listen('Debugger.scriptParsed', (script) => {
    const { scriptId, url } = script as ParsedScript
    urls.set(scriptId, url)
  })
  if ((await thread.post('Debugger.enable')) === undefined) {
    return { name, text: `${title} UNKNOWN\n\t- no answer: native code holds it, or it begins or ends\n\n` }
  }
  const stops = thread.next('Debugger.paused', WAITING_MS)
  await thread.post('Debugger.pause')
  const stopped = (await stops) as { readonly callFrames: readonly CallFrame[] } | undefined
  // Goes on with that.
  await thread.post('Debugger.disable')
  if (stopped === undefined) {
    return { name, text: `${title} WAITING\n\t- no function ran in ${String(WAITING_MS)} ms\n\n` }
  }
  const lines = stopped.callFrames.map((frame) => `\tat ${lineOf(frame, urls)}\n`)
  return { name, text: `${title} RUNNABLE\n${lines.join('')}\n` }
}

function lineOf({ functionName, location }: CallFrame, urls: ReadonlyMap<string, string>): string {
  const { scriptId, lineNumber, columnNumber = 0 } = location
  const name = functionName === '' ? '(anonymous)' : functionName
  const url = urls.get(scriptId) ?? ''
  const place = `${String(lineNumber + 1)}:${String(columnNumber + 1)}`
  return `${name} (${url === '' ? place : `${url}:${place}`})`
}

function mainThread(): ThreadStack {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const waits = [...counts].map(([kind, count]) => `${String(count)} ${kind}`).join(', ')
  return { name: 'main', text: `"main" Id=0 RUNNABLE\n\t- answers this request; waits for: ${waits}\n\n` }
}
