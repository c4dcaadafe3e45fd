import { FlinkError } from '../../../../core/errors/flink-error.js'
import { ReasonError } from '../../../../core/errors/reason-error.js'
import { DataInputView } from '../../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../../core/memory/data-output-view.js'
import type { SimpleVersionedSerializer } from '../simple-versioned-serializer.js'
import type { SourceSplit } from '../source-split.js'

/**
 * What is left of a part of a {@link NumberSequenceSource}: both ends are included.
 *
 * @example
 * ```ts
 * import type { NumberSequenceSplit } from 'flink-ts'
 *
 * const left = (split: NumberSequenceSplit): number => split.to - split.from + 1
 * ```
 */
export class NumberSequenceSplit implements SourceSplit {
  readonly #id: string
  readonly from: number
  readonly to: number

  constructor(id: string, from: number, to: number) {
    this.#id = id
    this.from = from
    this.to = to
  }

  splitId(): string {
    return this.#id
  }

  /** The same part, from another number on. */
  startingAt(from: number): NumberSequenceSplit {
    return new NumberSequenceSplit(this.#id, from, this.to)
  }
}

/** GRAPH_INVALID where the ends are no whole numbers, or the first is greater. */
export function checkSequence(from: number, to: number, operator: string): void {
  if (Number.isSafeInteger(from) && Number.isSafeInteger(to) && from <= to) return
  const reason = `it needs two whole numbers, the first not greater, but was given ${String(from)} and ${String(to)}`
  throw new FlinkError('GRAPH_INVALID', { operator, reason })
}

/** `from` to `to` in so many parts, the first ones longer by one where it does not come out even; fewer where there are too few numbers. */
export function splitSequence(from: number, to: number, parts: number): NumberSequenceSplit[] {
  const count = to - from + 1
  const size = Math.floor(count / parts)
  const longer = count - size * parts
  const splits: NumberSequenceSplit[] = []
  let start = from
  for (let part = 0; part < parts; part += 1) {
    const length = part < longer ? size + 1 : size
    if (length > 0) splits.push(new NumberSequenceSplit(String(part + 1), start, start + length - 1))
    start += length
  }
  return splits
}

const VERSION = 1

export const numberSequenceSplits: SimpleVersionedSerializer<NumberSequenceSplit> = {
  getVersion: () => VERSION,
  serialize: (split) => {
    const output = new DataOutputView()
    write(split, output)
    return output.toBytes()
  },
  deserialize: (version, bytes) => {
    checkVersion(version)
    return read(new DataInputView(bytes))
  },
}

export const listsOfNumberSequenceSplits: SimpleVersionedSerializer<readonly NumberSequenceSplit[]> = {
  getVersion: () => VERSION,
  serialize: (splits) => {
    const output = new DataOutputView()
    output.writeVarInt(splits.length)
    for (const split of splits) write(split, output)
    return output.toBytes()
  },
  deserialize: (version, bytes) => {
    checkVersion(version)
    const input = new DataInputView(bytes)
    return Array.from({ length: input.readVarInt() }, () => read(input))
  },
}

function checkVersion(version: number): void {
  if (version !== VERSION) throw new ReasonError(`splits of version ${String(version)} are not known`)
}

function write(split: NumberSequenceSplit, output: DataOutputView): void {
  output.writeUtf8(split.splitId())
  output.writeFloat64(split.from)
  output.writeFloat64(split.to)
}

function read(input: DataInputView): NumberSequenceSplit {
  return new NumberSequenceSplit(input.readUtf8(), input.readFloat64(), input.readFloat64())
}
