import type { KeySpec } from '../api/dag/key-spec.js'
import { functionsOf } from '../api/dag/operator-spec.js'
import { QueryableStateFunction } from '../api/functions/queryable-state-function.js'
import { hasMethods } from '../api/functions/has-methods.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { nearestName } from '../core/errors/nearest-name.js'
import { checkDeadLetters } from './dead-letter-sink.js'
import type { GraphSettings } from './graph-settings.js'
import type { StreamNode } from './stream-graph.js'

const UID_HASH = /^[0-9a-f]{32}$/i

/** Methods that only functions with a life of their own have: an instance of these belongs to one operator. */
const RICH_METHODS = ['open', 'getRuntimeContext', 'snapshotState', 'initializeState', 'restoreState'] as const

/** What the engine calls where a function has it, so that another spelling would go unnoticed. */
const OPTIONAL_METHODS: ReadonlyMap<string, string> = new Map(
  [
    'open',
    'close',
    'finish',
    'snapshotState',
    'initializeState',
    'restoreState',
    'notifyCheckpointComplete',
    'notifyCheckpointAborted',
  ].map((method) => [method.toLowerCase(), method]),
)

/** Of a name of one or two words what is nearly the same may be the user's own. */
const LONG_METHODS: readonly string[] = [...OPTIONAL_METHODS.values()].filter(
  (method) => method.length > 'onTimer'.length,
)

/** What must hold between the operators of a program. */
export function checkProgramRules(
  nodes: readonly StreamNode[],
  { generatesUids }: Pick<GraphSettings, 'generatesUids'>,
): void {
  if (!generatesUids) refuseMissingUids(nodes)
  checkUids(nodes)
  checkFunctions(nodes)
  checkQueryableNames(nodes)
  for (const node of nodes) {
    checkKeys(node)
    checkDeadLetters(node)
  }
}

/** Keys of several inputs find the same state, so one and the same key must be the same in each of them. */
function checkKeys({ name, keys }: StreamNode): void {
  const keyed = [...keys.entries()].flatMap(([input, key]) => (key === undefined ? [] : [{ input, key }]))
  const [first, ...others] = keyed
  if (first === undefined) return
  const other = others.find(({ key }) => !isSameKeyType(first.key, key))
  if (other === undefined) return
  const inputs = `${String(first.input + 1)} and ${String(other.input + 1)}`
  const types = `${keyTypeText(first.key)} and ${keyTypeText(other.key)}`
  const reason = `the keys of its inputs ${inputs} are of different types (${types}). Declare one type for both.`
  throw new FlinkError('GRAPH_INVALID', { operator: name, reason })
}

function isSameKeyType(one: KeySpec, other: KeySpec): boolean {
  if (JSON.stringify(one.kind) !== JSON.stringify(other.kind)) return false
  const { declaredShape } = one
  return declaredShape === undefined || (other.declaredShape ?? declaredShape) === declaredShape
}

function keyTypeText({ declaredShape, kind }: KeySpec): string {
  return declaredShape ?? (kind === 'auto' ? 'not declared' : JSON.stringify(kind))
}

function checkUids(nodes: readonly StreamNode[]): void {
  const byUid = new Map<string, StreamNode>()
  const byHash = new Map<string, StreamNode>()
  for (const node of nodes) {
    const { name, uid, uidHash } = node
    if (uid === '') throw new FlinkError('GRAPH_INVALID', { operator: name, reason: 'its uid is an empty text' })
    if (uidHash !== undefined && !UID_HASH.test(uidHash)) {
      const reason = `its uid hash must be 32 hex digits, but is '${uidHash}'`
      throw new FlinkError('GRAPH_INVALID', { operator: name, reason })
    }
    if (uid !== undefined) claim(byUid, node, uid, 'uid')
    if (uidHash !== undefined) claim(byHash, node, uidHash.toLowerCase(), 'uid hash')
  }
}

/** The ends of loops are nobody's to name, as in Flink. */
function refuseMissingUids(nodes: readonly StreamNode[]): void {
  const without = nodes.filter(
    ({ uid, uidHash, operator: { kind } }) =>
      uid === undefined && uidHash === undefined && kind !== 'iteration-head' && kind !== 'iteration-tail',
  )
  if (without.length === 0) return
  throw new FlinkError('UID_MISSING', { operators: without.map(({ name }) => `"${name}"`).join(', ') })
}

/** Of streams that are kept as state. What functions give their state as a name is known when it is made. */
function checkQueryableNames(nodes: readonly StreamNode[]): void {
  const owners = new Map<string, string>()
  for (const { descriptor } of nodes.flatMap(({ operator }) => functionsOf(operator).filter(isKeptState))) {
    const name = descriptor.getQueryableStateName() ?? ''
    const first = owners.get(name)
    if (first !== undefined) throw new FlinkError('QUERYABLE_NAME_TAKEN', { name, first, second: descriptor.name })
    owners.set(name, descriptor.name)
  }
}

function isKeptState(userFunction: object): userFunction is QueryableStateFunction {
  return userFunction instanceof QueryableStateFunction
}

function claim(owners: Map<string, StreamNode>, node: StreamNode, value: string, what: string): void {
  const owner = owners.get(value)
  if (owner !== undefined) {
    const reason = `its ${what} '${value}' is also that of ${owner.name}. State is found by it, so each operator needs its own.`
    throw new FlinkError('GRAPH_INVALID', { operator: node.name, reason })
  }
  owners.set(value, node)
}

function checkFunctions(nodes: readonly StreamNode[]): void {
  const owners = new Map<unknown, StreamNode>()
  for (const node of nodes) {
    for (const userFunction of functionsOf(node.operator)) refuseMisspelt(userFunction, node)
    for (const userFunction of functionsOf(node.operator).filter(isRich)) {
      const owner = owners.get(userFunction)
      if (owner !== undefined) {
        throw new FlinkError('FUNCTION_SHARED', { operatorA: labelOf(owner), operatorB: labelOf(node) })
      }
      owners.set(userFunction, node)
    }
  }
}

/** `Open() {}`, `notifyCheckpointCompleted() {}`: it would never be called, and what it was to set would be missing at the first record. */
function refuseMisspelt(userFunction: object, node: StreamNode): void {
  const classOf = Object.getPrototypeOf(userFunction) as object | null
  const names = [userFunction, classOf ?? {}].flatMap((owner) => Object.getOwnPropertyNames(owner))
  for (const name of names) {
    const method = OPTIONAL_METHODS.get(name.toLowerCase()) ?? nearestName(name, LONG_METHODS)
    if (method === undefined || names.includes(method) || !hasMethods(userFunction, name)) continue
    const reason = `its function has a method '${name}', which is never called. Is it meant to be '${method}'?`
    throw new FlinkError('GRAPH_INVALID', { operator: labelOf(node), reason })
  }
}

function isRich(userFunction: unknown): boolean {
  return RICH_METHODS.some((method) => hasMethods(userFunction, method))
}

function labelOf(node: StreamNode): string {
  return node.uid === undefined ? `${node.name} (number ${String(node.id)})` : `${node.name} (uid ${node.uid})`
}
