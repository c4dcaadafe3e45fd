/**
 * What is to be changed in a snapshot, checked line by line against the states that it has, and kept as bytes by operator and key
 * group. Of several lines for one entry the last one counts.
 */
import { FlinkError } from '../core/errors/flink-error.js'
import { hashKey, InvalidKeyError } from '../core/keygroups/canonical-key.js'
import { keyGroupForHash } from '../core/keygroups/key-group-assignment.js'
import { keyShape, KeyShapes } from '../core/keygroups/key-shapes.js'
import { DataInputView } from '../core/memory/data-input-view.js'
import { DataOutputView } from '../core/memory/data-output-view.js'
import type { OperatorState } from '../storage/checkpoint-metadata.js'
import type { StateMetadata } from '../storage/state-handles.js'
import type { ChangeLine } from './change-lines.js'
import { operatorLabel, operatorNamed, statesOf, unknown } from './entry-filter.js'
import { JsonForm } from './json-form.js'
import { KeyGroupSpill } from './key-group-spill.js'
import { kindOfKey, orderedLike } from './key-kinds.js'
import { keyShapesOf } from './key-shapes-of.js'
import type { ReadableState, SnapshotContents } from './snapshot-contents.js'
import type { StateProcessorServices } from './snapshot-source.js'

/** Of an entry: bytes of key and namespace, and of its value; undefined where it is to go. */
export interface EntryChange {
  readonly name: Uint8Array
  readonly value: Uint8Array | undefined
}

/** By state, then by the identity of an entry. */
export type KeyGroupChanges = ReadonlyMap<string, ReadonlyMap<string, EntryChange>>

/** By state: elements of lists by subtask and index, entries of broadcast state by their identity; undefined where one is to go. */
export interface ElementChanges {
  readonly lists: Map<string, Map<number, Map<number, Uint8Array | undefined>>>
  readonly broadcasts: Map<string, Map<string, EntryChange>>
}

export interface OperatorChanges {
  readonly operator: OperatorState
  readonly states: readonly StateMetadata[]
  readonly keyShapes: readonly string[] | undefined
  readonly addedShapes: KeyShapes
  readonly keyed: KeyGroupSpill
  keyedCount: number
  readonly elements: ElementChanges
}

const SET = 1
const DELETE = 0

export class StateChanges {
  readonly #contents: SnapshotContents
  readonly #services: StateProcessorServices
  readonly #form: JsonForm
  readonly #byOperator = new Map<string, OperatorChanges>()
  readonly #output = new DataOutputView()

  constructor(contents: SnapshotContents, services: StateProcessorServices) {
    this.#contents = contents
    this.#services = services
    this.#form = new JsonForm(contents.classes)
  }

  /** JSON_FORM_INVALID or SNAPSHOT_CONTENT_UNKNOWN says why the line is refused. */
  async add(line: ChangeLine): Promise<void> {
    const changes = this.#changesOf(line.operator)
    const metadata = changes.states.find(({ name }) => name === line.state)
    if (metadata === undefined) throw this.#unknownState(changes, line.state)
    if (line.kind !== undefined && line.kind !== metadata.kind) throw wrong(`the state is of the kind ${metadata.kind}`)
    const state = this.#contents.readableState(changes.operator, metadata)
    if (state === undefined) throw wrong('only the program that wrote this state can read it')
    if (metadata.kind === 'operator-list' || metadata.kind === 'operator-union') this.#addElement(line, state, changes)
    else if (metadata.kind === 'broadcast') this.#addBroadcast(line, state, changes)
    else {
      this.#addKeyed(line, state, changes)
      if (changes.keyed.isFull) await changes.keyed.spill()
    }
  }

  of(operator: OperatorState): OperatorChanges | undefined {
    return this.#byOperator.get(operator.operatorId)
  }

  async close(): Promise<void> {
    for (const { keyed } of this.#byOperator.values()) await keyed.close()
  }

  #changesOf(name: string): OperatorChanges {
    const { operators } = this.#contents.snapshot.metadata
    const operator = operatorNamed(operators, name)
    if (operator === undefined) {
      throw unknown(this.#contents.snapshot.externalPath, `operator '${name}'`, name, operators.map(operatorLabel))
    }
    const known = this.#byOperator.get(operator.operatorId)
    if (known !== undefined) return known
    const keyShapes = keyShapesOf(operator)
    const changes = {
      operator,
      states: statesOf(operator),
      keyShapes,
      addedShapes: new KeyShapes('auto', keyShapes ?? []),
      keyed: new KeyGroupSpill(operator.maxParallelism, this.#services),
      keyedCount: 0,
      elements: { lists: new Map(), broadcasts: new Map() },
    }
    this.#byOperator.set(operator.operatorId, changes)
    return changes
  }

  #unknownState({ operator, states }: OperatorChanges, name: string): FlinkError {
    const what = `state '${name}' in operator '${operatorLabel(operator)}'`
    const names = states.map((state) => state.name)
    return unknown(this.#contents.snapshot.externalPath, what, name, names)
  }

  #addKeyed(line: ChangeLine, state: ReadableState, changes: OperatorChanges): void {
    if (!('key' in line)) throw wrong('it has no "key"')
    if ('subtask' in line || 'index' in line)
      throw wrong('only elements of operator state have a "subtask" and an "index"')
    const key = orderedLike(this.#form.readKey(line.key), changes.keyShapes)
    const keyGroup = keyGroupOf(key, changes)
    const name = this.#nameOf(line, key, state)
    const value = line.isDeleted ? undefined : this.#valueOf(line, state)
    changes.keyedCount += 1
    changes.keyed.put(keyGroup, (output) => {
      output.writeUtf8(state.metadata.name)
      output.writeInt8(value === undefined ? DELETE : SET)
      output.writeVarInt(name.length)
      output.writeBytes(name)
      output.writeBytes(value ?? new Uint8Array(0))
    })
  }

  #nameOf(line: ChangeLine, key: unknown, { types: { key: keys, namespace: namespaces } }: ReadableState): Uint8Array {
    const output = this.#output
    output.reset()
    keys.write(key, output)
    if (namespaces === undefined && 'namespace' in line) throw wrong('the state has no namespaces')
    if (namespaces !== undefined) {
      if (!('namespace' in line)) throw wrong('it has no "namespace", which every entry of this state has')
      namespaces.write(this.#form.read(line.namespace), output)
    }
    return output.toBytes()
  }

  #valueOf(line: ChangeLine, { types: { value: values } }: ReadableState): Uint8Array {
    if (values === undefined) {
      if ('value' in line) throw wrong('an entry of this state is there or not, and has no "value"')
      return new Uint8Array(0)
    }
    if (!('value' in line)) throw wrong('it has no "value"; a line that deletes has "delete": true')
    this.#output.reset()
    values.write(this.#form.read(line.value), this.#output)
    return this.#output.toBytes()
  }

  #addElement(line: ChangeLine, state: ReadableState, { operator, elements }: OperatorChanges): void {
    const { subtask, index } = line
    if ('key' in line || 'namespace' in line) throw wrong('elements of operator state have no "key" and no "namespace"')
    if (subtask === undefined || index === undefined) throw wrong('it has no "subtask" and "index"')
    if (subtask >= operator.parallelism) throw wrong(`the operator has ${String(operator.parallelism)} subtasks`)
    const bySubtask = insideOf(elements.lists, state.metadata.name)
    const byIndex = bySubtask.get(subtask) ?? new Map<number, Uint8Array | undefined>()
    bySubtask.set(subtask, byIndex.set(index, line.isDeleted ? undefined : this.#valueOf(line, state)))
  }

  #addBroadcast(line: ChangeLine, state: ReadableState, { elements }: OperatorChanges): void {
    if (!('key' in line)) throw wrong('it has no "key"')
    const name = this.#nameOf(line, this.#form.readKey(line.key), state)
    const value = line.isDeleted ? undefined : this.#valueOf(line, state)
    const byKey = elements.broadcasts.get(state.metadata.name) ?? new Map<string, EntryChange>()
    elements.broadcasts.set(state.metadata.name, byKey.set(identityOfBytes(name), { name, value }))
  }
}

/** What was put into the spill of an operator for one key group. */
export function changesIn(pieces: readonly Uint8Array[]): KeyGroupChanges {
  const byState = new Map<string, Map<string, EntryChange>>()
  for (const piece of pieces) {
    const input = new DataInputView(piece)
    const state = input.readUtf8()
    const isSet = input.readInt8() === SET
    const name = input.readBytes(input.readVarInt())
    const value = isSet ? input.readBytes(input.remaining) : undefined
    const changes = byState.get(state) ?? new Map<string, EntryChange>()
    byState.set(state, changes.set(identityOfBytes(name), { name, value }))
  }
  return byState
}

/** As `identityOf` of the entry with these bytes. */
export function identityOfBytes(name: Uint8Array): string {
  return Buffer.from(name.buffer, name.byteOffset, name.byteLength).toString('latin1')
}

function keyGroupOf(key: unknown, { operator, keyShapes, addedShapes }: OperatorChanges): number {
  const kind = kindOfKey(key)
  try {
    const hash = hashKey(key, kind)
    const shape = keyShape(key, kind)
    const known = keyShapes === undefined || keyShapes.length === 0 || new KeyShapes(kind, keyShapes).accepts(shape)
    if (!known) throw wrong(`its key is of the type ${shape}, and those of the operator are ${keyShapes.join(' or ')}`)
    addedShapes.addAll([shape])
    return keyGroupForHash(hash, operator.maxParallelism)
  } catch (error) {
    if (!(error instanceof InvalidKeyError)) throw error
    throw new FlinkError('JSON_FORM_INVALID', { reason: `its key is none: ${error.message}` }, { cause: error })
  }
}

function insideOf<V>(byState: Map<string, Map<number, V>>, state: string): Map<number, V> {
  const known = byState.get(state)
  if (known !== undefined) return known
  const added = new Map<number, V>()
  byState.set(state, added)
  return added
}

function wrong(reason: string): FlinkError {
  return new FlinkError('JSON_FORM_INVALID', { reason })
}
