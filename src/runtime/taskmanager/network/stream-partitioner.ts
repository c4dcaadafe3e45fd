// Duty: which channel a record takes.
// Invariants: pure but for the round-robin position; a key is taken and hashed once, on the sending side.
// Thread: the producing task's worker.
import type { KeySpec } from '../../../api/dag/key-spec.js'
import type { PartitionerSpec } from '../../../api/dag/partitioner-spec.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import { hashKey, InvalidKeyError, keyInvalid } from '../../../core/keygroups/canonical-key.js'
import { keyGroupForHash, operatorIndexForKeyGroup } from '../../../core/keygroups/key-group-assignment.js'
import type { Random } from '../../../core/random/random.js'

/** Tells the RecordWriter to write to every channel. */
export const ALL_CHANNELS = -1

export interface StreamPartitioner {
  /** Index of the channel, or ALL_CHANNELS. `keyHash` is read right after. */
  selectChannel(value: unknown): number
  /** Hash of the last record's key; 0 where the edge has no key. */
  readonly keyHash: number
  /** Records are not looked at, and have no key: where there is one channel, they may go there together. */
  readonly isBlind?: true
}

export interface PartitionerContext {
  readonly numberOfChannels: number
  /** Of the receiving side. */
  readonly maxParallelism: number
  readonly random: Random
  /** Operators at the two ends: an error about a key names the place between them, where the user wrote the function. */
  readonly sourceName: string
  readonly targetName: string
}

export function createPartitioner(spec: PartitionerSpec, context: PartitionerContext): StreamPartitioner {
  const { numberOfChannels, random } = context
  switch (spec.kind) {
    case 'forward':
    case 'global':
      return { keyHash: 0, isBlind: true, selectChannel: () => 0 }
    case 'broadcast':
      return { keyHash: 0, selectChannel: () => ALL_CHANNELS }
    case 'shuffle':
      return { keyHash: 0, selectChannel: () => random.nextInt(numberOfChannels) }
    case 'rebalance':
      return roundRobin(numberOfChannels, random.nextInt(numberOfChannels))
    case 'rescale':
      return roundRobin(numberOfChannels, 0)
    case 'custom':
      return custom(spec.partition, spec.key, context)
    case 'hash':
      return new KeyGroupPartitioner(spec.key, context)
  }
}

function roundRobin(numberOfChannels: number, first: number): StreamPartitioner {
  let next = first
  return {
    keyHash: 0,
    selectChannel: () => {
      const channel = next
      next = channel + 1 === numberOfChannels ? 0 : channel + 1
      return channel
    },
  }
}

function custom(
  partition: (key: unknown, numPartitions: number) => number,
  key: KeySpec,
  context: PartitionerContext,
): StreamPartitioner {
  const { numberOfChannels, sourceName, targetName } = context
  const place = `partitioner of '${targetName}' (partitionCustom after '${sourceName}')`
  const named = { place, what: 'its key selector' }
  const choose = (key: unknown): number => {
    try {
      return partition(key, numberOfChannels)
    } catch (error) {
      throw functionFailed(place, 'it', error)
    }
  }
  return {
    keyHash: 0,
    selectChannel: (value) => {
      const channel = choose(selectKey(key, value, named))
      if (Number.isInteger(channel) && channel >= 0 && channel < numberOfChannels) return channel
      const reason = `it gave ${String(channel)}, which is none of 0 to ${String(numberOfChannels - 1)}`
      throw new FlinkError('KEY_INVALID', { operator: place, reason })
    },
  }
}

class KeyGroupPartitioner implements StreamPartitioner {
  keyHash = 0
  readonly #key: KeySpec
  readonly #named: NamedSelector
  readonly #maxParallelism: number
  /** By key group; undefined where there is one channel only. A look-up for a multiplication and a division a record. */
  readonly #channels: Int32Array | undefined

  constructor(key: KeySpec, context: PartitionerContext) {
    const { maxParallelism, numberOfChannels, sourceName, targetName } = context
    this.#key = key
    this.#named = { place: `key selector of '${targetName}' (keyBy after '${sourceName}')`, what: 'it' }
    this.#maxParallelism = maxParallelism
    if (numberOfChannels === 1) return
    this.#channels = Int32Array.from({ length: maxParallelism }, (_, keyGroup) =>
      operatorIndexForKeyGroup(maxParallelism, numberOfChannels, keyGroup),
    )
  }

  selectChannel(value: unknown): number {
    const key = selectKey(this.#key, value, this.#named)
    try {
      this.keyHash = hashKey(key, this.#key.kind)
    } catch (error) {
      throw error instanceof InvalidKeyError ? keyInvalid(this.#named.place, error) : error
    }
    if (this.#channels === undefined) return 0
    return this.#channels[keyGroupForHash(this.keyHash, this.#maxParallelism)] as number
  }
}

/** A key selector in an error: the place in the program, and how the sentence goes on. */
interface NamedSelector {
  readonly place: string
  readonly what: string
}

function selectKey(key: KeySpec, value: unknown, { place, what }: NamedSelector): unknown {
  try {
    return key.select(value)
  } catch (error) {
    throw functionFailed(place, what, error)
  }
}

/** The user's function runs inside the emit of another function, so the error has to say which of the two it was. */
function functionFailed(operator: string, what: string, error: unknown): unknown {
  if (FlinkError.is(error)) return error
  if (error instanceof InvalidKeyError) return keyInvalid(operator, error)
  const message = messageOf(error)
  return new FlinkError('KEY_INVALID', { operator, reason: `${what} threw: ${message}` }, { cause: error })
}
