/**
 * A new savepoint with some entries of another snapshot changed. Key groups, states and entries that no line names are carried byte for
 * byte, and so are operators.
 */
import { FlinkError, type ErrorCode } from '../core/errors/flink-error.js'
import { DataOutputView } from '../core/memory/data-output-view.js'
import {
  blockFlags,
  EMPTY_BLOCK,
  sequenceOf,
  type KeyGroupBlock,
} from '../runtime/taskmanager/state/key-group-block.js'
import type { OperatorState } from '../storage/checkpoint-metadata.js'
import type { StateMetadata } from '../storage/state-handles.js'
import { changedElements } from './changed-elements.js'
import { linesIn, parseChangeLine } from './change-lines.js'
import { keyGroupsOf, type StoredKeyGroup } from './keyed-key-groups.js'
import { KeyedStateWriter } from './keyed-state-writer.js'
import { NewSnapshot, withManaged, writeNewSnapshot } from './new-snapshot.js'
import { isKeyed } from './entry-filter.js'
import { SnapshotContents } from './snapshot-contents.js'
import { endIfInterrupted, type StateProcessorServices } from './snapshot-source.js'
import {
  changesIn,
  StateChanges,
  type EntryChange,
  type KeyGroupChanges,
  type OperatorChanges,
} from './state-changes.js'
import { entriesOf, identityOf } from './stored-entries.js'

export interface ImportRequest {
  /** What `run -s` takes. */
  readonly from: string
  /** Bytes of the lines. */
  readonly lines: AsyncIterable<Uint8Array>
  /** What they are called in errors. */
  readonly linesName: string
  readonly to: string
  readonly engineVersion: string
}

export interface ImportedEntries {
  readonly path: string
  readonly added: number
  readonly replaced: number
  readonly deleted: number
  /** Lines that delete what is not there. */
  readonly missing: number
}

/** STATE_LINE_INVALID names the first line that is refused; nothing is written then. */
export async function importEntries(
  { from, lines, linesName, to, engineVersion }: ImportRequest,
  services: StateProcessorServices,
): Promise<ImportedEntries> {
  await NewSnapshot.refuseExisting(to, services)
  const contents = await SnapshotContents.open(from, services)
  const changes = new StateChanges(contents, services)
  try {
    await addLines({ lines, linesName }, changes, services)
    const counts = { added: 0, replaced: 0, deleted: 0, missing: 0 }
    const importing = new Import(contents, changes, counts)
    const path = await writeNewSnapshot(to, { of: contents.snapshot, engineVersion }, services, (snapshot) =>
      importing.write(snapshot),
    )
    return { path, ...counts }
  } finally {
    await changes.close()
    await contents.close()
  }
}

const REFUSALS: readonly ErrorCode[] = ['JSON_FORM_INVALID', 'SNAPSHOT_CONTENT_UNKNOWN']

async function addLines(
  { lines, linesName: file }: Pick<ImportRequest, 'lines' | 'linesName'>,
  changes: StateChanges,
  services: StateProcessorServices,
): Promise<void> {
  try {
    for await (const [line, text] of linesIn(interruptible(lines, services))) await addLine(line, text, changes)
  } catch (error) {
    endIfInterrupted(services)
    if (!FlinkError.is(error, 'STATE_LINE_INVALID')) throw error
    const { line = 0, reason = '' } = error.details
    throw new FlinkError('STATE_LINE_INVALID', { line, reason, file }, { cause: error.cause })
  }
}

async function* interruptible(
  lines: AsyncIterable<Uint8Array>,
  services: StateProcessorServices,
): AsyncGenerator<Uint8Array> {
  for await (const piece of lines) {
    endIfInterrupted(services)
    yield piece
  }
}

async function addLine(line: number, text: string, changes: StateChanges): Promise<void> {
  try {
    await changes.add(parseChangeLine(text))
  } catch (error) {
    if (!FlinkError.is(error) || !REFUSALS.includes(error.code)) throw error
    const reason = error.code === 'JSON_FORM_INVALID' ? String(error.details['reason']) : error.message
    const details = { line, file: 'the input', reason: reason.replace(/\.$/, '') }
    throw new FlinkError('STATE_LINE_INVALID', details, { cause: error })
  }
}

type Counts = { -readonly [K in Exclude<keyof ImportedEntries, 'path'>]: number }

class Import {
  readonly #contents: SnapshotContents
  readonly #changes: StateChanges
  readonly #counts: Counts

  constructor(contents: SnapshotContents, changes: StateChanges, counts: Counts) {
    this.#contents = contents
    this.#changes = changes
    this.#counts = counts
  }

  async write(snapshot: NewSnapshot): Promise<OperatorState[]> {
    const written: OperatorState[] = []
    for (const operator of this.#contents.snapshot.metadata.operators) {
      const changes = this.#changes.of(operator)
      written.push(
        changes === undefined
          ? await snapshot.carryOperator(operator, this.#contents.source)
          : await this.#writeChanged(changes, snapshot),
      )
    }
    return written
  }

  async #writeChanged(changes: OperatorChanges, snapshot: NewSnapshot): Promise<OperatorState> {
    const { operator, keyedCount } = changes
    const { source } = this.#contents
    const elements = await changedElements(changes, { snapshot, source, counts: this.#counts })
    const unchanged = operator.subtasks.map((subtask) => {
      const kept = keyedCount > 0 ? { managedKeyed: [] } : {}
      return subtask && { ...subtask, ...kept, ...(elements === undefined ? {} : { managedOperator: [] }) }
    })
    const carried = await snapshot.carryOperator({ ...operator, subtasks: unchanged }, source)
    const keyed = keyedCount > 0 ? await this.#rewrite(changes, snapshot) : undefined
    const subtasks = carried.subtasks.map((subtask, index) => {
      const handle = elements?.[index]
      const managed = keyed === undefined ? (subtask?.managedKeyed ?? []) : [keyed[index] ?? []].flat()
      const managedOperator = elements === undefined ? (subtask?.managedOperator ?? []) : [handle ?? []].flat()
      return withManaged(subtask, managed, managedOperator)
    })
    return { ...carried, subtasks }
  }

  async #rewrite(changes: OperatorChanges, snapshot: NewSnapshot): ReturnType<KeyedStateWriter['finish']> {
    const { operator, addedShapes, keyShapes } = changes
    const { parallelism, maxParallelism } = operator
    const states = changes.states.filter(isKeyed)
    const shapes = keyShapes === undefined ? undefined : addedShapes.list()
    const writer = new KeyedStateWriter(snapshot, { parallelism, maxParallelism, states, keyShapes: shapes })
    const changed = changes.keyed.keyGroups()
    let next = await changed.next()
    const writeUntil = async (keyGroup: number): Promise<void> => {
      while (next.done !== true && next.value[0] < keyGroup) {
        const [added, pieces] = next.value
        await writer.write(added, this.#merged(changes, { keyGroup: added, states: new Map() }, changesIn(pieces)))
        next = await changed.next()
      }
    }
    for await (const stored of keyGroupsOf(operator, this.#contents.source)) {
      await writeUntil(stored.keyGroup)
      const pieces = next.done !== true && next.value[0] === stored.keyGroup ? next.value[1] : []
      await writer.write(stored.keyGroup, this.#merged(changes, stored, changesIn(pieces)))
      if (pieces.length > 0) next = await changed.next()
    }
    await writeUntil(maxParallelism)
    return writer.finish()
  }

  #merged(
    { operator, states }: OperatorChanges,
    { keyGroup, states: stored }: Pick<StoredKeyGroup, 'keyGroup' | 'states'>,
    changes: KeyGroupChanges,
  ): Map<string, KeyGroupBlock> {
    const merged = new Map<string, KeyGroupBlock>()
    for (const metadata of states) {
      const blocks = stored.get(metadata.name)?.blocks ?? []
      const ofState = changes.get(metadata.name)
      merged.set(
        metadata.name,
        ofState === undefined
          ? sequenceOf(blocks)
          : this.#contents.reading({ operator, metadata }, keyGroup, () =>
              this.#changed({ operator, metadata, blocks }, ofState),
            ),
      )
    }
    return merged
  }

  #changed(
    {
      operator,
      metadata,
      blocks,
    }: { operator: OperatorState; metadata: StateMetadata; blocks: readonly KeyGroupBlock[] },
    changes: ReadonlyMap<string, EntryChange>,
  ): KeyGroupBlock {
    const state = this.#contents.readableState(operator, metadata)
    if (state === undefined)
      throw new FlinkError('ASSERTION_FAILED', { what: 'a state that cannot be read is changed' })
    const output = new DataOutputView()
    const left = new Map(changes)
    let count = 0
    for (const entry of entriesOf(blocks, state.types)) {
      const { input, start } = entry
      const identity = identityOf(entry)
      state.types.value?.skip(input)
      const change = left.get(identity)
      if (change === undefined) output.writeSlice(input.bytes, start, input.position)
      else if (change.value !== undefined) writeChange(change.name, change.value, output)
      if (change === undefined || change.value !== undefined) count += 1
      if (change === undefined) continue
      this.#counts[change.value === undefined ? 'deleted' : 'replaced'] += 1
      left.delete(identity)
    }
    for (const { name, value } of left.values()) {
      this.#counts[value === undefined ? 'missing' : 'added'] += 1
      if (value === undefined) continue
      writeChange(name, value, output)
      count += 1
    }
    return count === 0 ? EMPTY_BLOCK : { flags: blockFlags(metadata, 0), count, entries: output.written() }
  }
}

function writeChange(name: Uint8Array, value: Uint8Array, output: DataOutputView): void {
  output.writeBytes(name)
  output.writeBytes(value)
}
