/**
 * The keyed state of an operator as it lies with another number of key groups: every entry, byte for byte, in the key group that its key
 * has then. Keys hash as they did, which is checked with each of them.
 */
import { describeValue } from '../core/errors/describe-value.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { hashKey, InvalidKeyError } from '../core/keygroups/canonical-key.js'
import { keyGroupForHash } from '../core/keygroups/key-group-assignment.js'
import { DataInputView } from '../core/memory/data-input-view.js'
import { DataOutputView } from '../core/memory/data-output-view.js'
import { blockFlags, type KeyGroupBlock } from '../runtime/taskmanager/state/key-group-block.js'
import type { OperatorState } from '../storage/checkpoint-metadata.js'
import type { StateMetadata } from '../storage/state-handles.js'
import { KeyGroupSpill } from './key-group-spill.js'
import { kindOfKey } from './key-kinds.js'
import { keyGroupsOf } from './keyed-key-groups.js'
import type { ReadableState, SnapshotContents } from './snapshot-contents.js'
import { endIfInterrupted, type StateProcessorServices } from './snapshot-source.js'
import { entriesOf } from './stored-entries.js'

export interface Rehashing {
  readonly contents: SnapshotContents
  readonly operator: OperatorState
  /** Of its keyed state, those that are wanted and can be read. */
  readonly states: readonly ReadableState[]
  readonly maxParallelism: number
  readonly services: StateProcessorServices
  /** Why it cannot be done, in words. */
  readonly refuse: (reason: string) => FlinkError
}

export class RehashedKeyGroups {
  readonly #rehashing: Rehashing
  /** That were assigned anew so far. */
  entries = 0

  constructor(rehashing: Rehashing) {
    this.#rehashing = rehashing
  }

  /** In the order of key groups, with the blocks of the states that have entries, by name. */
  async *read(): AsyncGenerator<readonly [keyGroup: number, blocks: ReadonlyMap<string, KeyGroupBlock>]> {
    const { maxParallelism, services, states } = this.#rehashing
    const spill = new KeyGroupSpill(maxParallelism, services)
    try {
      await this.#deal(spill)
      for await (const [keyGroup, pieces] of spill.keyGroups()) {
        yield [
          keyGroup,
          blocksIn(
            pieces,
            states.map(({ metadata }) => metadata),
          ),
        ]
      }
    } finally {
      await spill.close()
    }
  }

  /** Every entry with the place of its state among the states. */
  async #deal(spill: KeyGroupSpill): Promise<void> {
    const { contents, operator, services, states } = this.#rehashing
    for await (const { keyGroup, states: stored } of keyGroupsOf(operator, contents.source)) {
      endIfInterrupted(services)
      for (const [place, state] of states.entries()) {
        const blocks = stored.get(state.metadata.name)?.blocks
        if (blocks === undefined) continue
        const misplaced = contents.reading(state, keyGroup, () =>
          this.#dealBlocks({ place, state, blocks }, keyGroup, spill),
        )
        if (misplaced !== undefined) await this.#refuseUnlessDamaged(misplaced)
        if (spill.isFull) await spill.spill()
      }
    }
  }

  /** What is wrong with a key, in words. */
  #dealBlocks(
    { place, state: { types }, blocks }: { place: number; state: ReadableState; blocks: readonly KeyGroupBlock[] },
    keyGroup: number,
    spill: KeyGroupSpill,
  ): string | undefined {
    const { operator, maxParallelism } = this.#rehashing
    for (const { key, input, start } of entriesOf(blocks, types)) {
      types.value?.skip(input)
      const end = input.position
      const hash = hashOf(key)
      if (hash === undefined || keyGroupForHash(hash, operator.maxParallelism) !== keyGroup)
        return `its key ${describeValue(key)} does not hash to the key group in which it lies`
      spill.put(keyGroupForHash(hash, maxParallelism), (output) => {
        output.writeVarInt(place)
        output.writeSlice(input.bytes, start, end)
      })
      this.entries += 1
    }
    return undefined
  }

  /** The checksum of a file comes after its entries: where it does not match, that is what is wrong. */
  async #refuseUnlessDamaged(reason: string): Promise<never> {
    const { contents, operator, refuse } = this.#rehashing
    const keyGroups = keyGroupsOf(operator, contents.source)
    while ((await keyGroups.next()).done !== true);
    throw refuse(reason)
  }
}

/** Undefined for what is no key. */
function hashOf(key: unknown): number | undefined {
  try {
    return hashKey(key, kindOfKey(key))
  } catch (error) {
    if (error instanceof InvalidKeyError) return undefined
    throw error
  }
}

function blocksIn(pieces: readonly Uint8Array[], states: readonly StateMetadata[]): Map<string, KeyGroupBlock> {
  const outputs = states.map((metadata) => ({ metadata, count: 0, output: new DataOutputView() }))
  for (const piece of pieces) {
    const input = new DataInputView(piece)
    const state = outputs[input.readVarInt()]
    if (state === undefined) throw new FlinkError('ASSERTION_FAILED', { what: 'an entry is of no state' })
    state.output.writeSlice(piece, input.position, piece.length)
    state.count += 1
  }
  const filled = outputs.filter(({ count }) => count > 0)
  return new Map(
    filled.map(({ metadata, count, output }) => {
      return [metadata.name, { flags: blockFlags(metadata, 0), count, entries: output.written() }]
    }),
  )
}
