// Duty: a profile of V8 as trees of functions, one for what each task ran and one for what it waited for.
// Invariants: pure. Every sample counts once for each task that is asked about: in its own functions, in those that run outside of all
// tasks (promises, timers), or as waiting. Trees are cut at a depth.
// Thread: the task worker.
import type { StackNode } from '../../protocol/stack-samples.js'

/** A function as V8 names it. */
interface CallFrame {
  readonly functionName: string
  readonly url: string
  /** From 0. */
  readonly lineNumber: number
}

export interface ProfileNode {
  readonly id: number
  readonly callFrame: CallFrame
  readonly children?: readonly number[] | undefined
}

export interface Profile {
  readonly nodes: readonly ProfileNode[]
  readonly samples?: readonly number[] | undefined
}

export interface StackTrees {
  readonly onCpu: readonly StackNode[]
  readonly offCpu: readonly StackNode[]
}

interface GrowingNode {
  value: number
  readonly children: Map<string, GrowingNode>
}

const IDLE = '(idle)'
/** The thread is in native code, or collects garbage: of no function can it be said. */
const OF_THE_THREAD = new Set(['(program)', '(garbage collector)'])
const OTHER_TASKS = '(waits: its thread runs other tasks)'
const OUTSIDE = '(promises and timers, of all tasks of the thread)'

/** `marks`: names of functions by the tasks whose steps they are, other tasks' as well. */
export function stackTreesOf(
  profile: Profile,
  { mark, marks, depth }: { readonly mark: string; readonly marks: ReadonlySet<string>; readonly depth: number },
): StackTrees {
  const stacks = stacksOf(profile)
  const onCpu: GrowingNode = { value: 0, children: new Map() }
  const offCpu: GrowingNode = { value: 0, children: new Map() }
  for (const sample of profile.samples ?? []) {
    const stack = stacks.get(sample) ?? []
    const own = stack.findIndex(({ functionName }) => functionName === mark)
    const last = stack.at(-1)?.functionName ?? IDLE
    if (own !== -1) grow(onCpu, namesOf(stack.slice(own + 1)), depth)
    else if (last === IDLE) grow(offCpu, [IDLE], depth)
    else if (OF_THE_THREAD.has(last)) grow(onCpu, [last], depth)
    else if (stack.some(({ functionName }) => marks.has(functionName))) grow(offCpu, [OTHER_TASKS], depth)
    else grow(onCpu, [OUTSIDE, ...namesOf(stack)], depth)
  }
  return { onCpu: childrenOf(onCpu), offCpu: childrenOf(offCpu) }
}

/** Outermost first, without the root. */
function stacksOf({ nodes }: Profile): ReadonlyMap<number, readonly CallFrame[]> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  return new Map(
    nodes.map(({ id }) => {
      const stack: CallFrame[] = []
      for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
        const frame = frames.get(at)
        if (frame !== undefined && frame.functionName !== '(root)') stack.unshift(frame)
      }
      return [id, stack]
    }),
  )
}

function namesOf(stack: readonly CallFrame[]): string[] {
  return stack.map(nameOf)
}

/** `processElement count.mjs:12`, as far as V8 knows: of the file its name, as where it lies is of no use to whoever looks. */
function nameOf({ functionName, url, lineNumber }: CallFrame): string {
  const name = functionName === '' ? '(anonymous)' : functionName
  const file = url.split(/[?#]/)[0]?.split('/').at(-1) ?? ''
  return file === '' ? name : `${name} ${decoded(file)}:${String(lineNumber + 1)}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function grow(root: GrowingNode, names: readonly string[], depth: number): void {
  root.value += 1
  let node = root
  for (const name of names.slice(0, depth)) {
    const child = node.children.get(name) ?? { value: 0, children: new Map<string, GrowingNode>() }
    child.value += 1
    node.children.set(name, child)
    node = child
  }
}

function childrenOf({ children }: GrowingNode): StackNode[] {
  return [...children].map(([name, node]) => ({ name, value: node.value, children: childrenOf(node) }))
}
