import type * as Msgpackr from 'msgpackr'
import * as portable from 'msgpackr/pack'
import { FlinkError } from '../errors/flink-error.js'
import { messageOf } from '../errors/thrown-value.js'
import type { DataInputView } from '../memory/data-input-view.js'
import type { DataOutputView } from '../memory/data-output-view.js'
import type { GraphNode } from './object-graph.js'
import { ObjectGraphReader } from './object-graph-reader.js'
import { ObjectGraphWriter } from './object-graph-writer.js'
import { NOT_PACKED_HERE, readPackedScalar, writePackedScalar } from './packed-scalars.js'
import { PackedRows } from './packed-rows.js'
import { PlainValueCheck } from './plain-value.js'
import { NO_REGISTERED_TYPES, type RegisteredTypes } from './registered-types.js'
import { StructuredCopier } from './structured-copier.js'
import type { SkippingSerializer } from './skip-value.js'
import type { StreamPosition, StreamSerializer } from './stream-serializer.js'
import type { TypeSerializer } from './type-serializer.js'

/**
 * The library without its native reader of strings, which scans to the end of the memory for every value: 8 µs a record
 * in a slot of 32 KB. This entry has no types of its own.
 */
const { Packr, RESET_BUFFER_MODE, REUSE_BUFFER_MODE } = portable as unknown as typeof Msgpackr

/** What Packr gives back in REUSE_BUFFER_MODE: its own memory, and where in it the value lies. */
interface PackedRange {
  readonly start: number
  readonly end: number
}

/** What a Packr in sequential mode has defined, at either end: the fields of a shape at its number less the first one. */
interface DefinedStructures {
  structures: string[][] & { readonly nextId?: number }
}

const FIRST_STRUCTURE_ID = 0x40

const PACK_MODE = REUSE_BUFFER_MODE | RESET_BUFFER_MODE

/**
 * Carries every value that structured clone carries, exactly: -0, holes, lone surrogates, cycles and all. On the wire:
 * a variable length number of which the lowest bit says whether an object graph follows (object-graph.ts) and the others
 * how many bytes; then MessagePack.
 */
class StructuredSerializer implements TypeSerializer<unknown> {
  readonly #check = new PlainValueCheck()
  /** For plain values: may keep what it learns from one value to the next. */
  readonly #plain: Msgpackr.Packr
  readonly #graphs: Msgpackr.Packr
  readonly #registered: RegisteredTypes
  readonly #copier: StructuredCopier
  readonly #range = { start: 0, end: 0 }

  constructor(plain: Msgpackr.Packr, graphs: Msgpackr.Packr, registered: RegisteredTypes) {
    this.#plain = plain
    this.#graphs = graphs
    this.#registered = registered
    this.#copier = new StructuredCopier(registered)
  }

  serialize(value: unknown, output: DataOutputView): void {
    if (this.#check.isPlain(value)) writePacked(this.#plain.pack(value, PACK_MODE), 0, output)
    else writePacked(this.#packGraph(value), 1, output)
  }

  deserialize(input: DataInputView): unknown {
    const header = input.readVarInt()
    const length = Math.floor(header / 2)
    return this.unpack(input, input.skip(length), length, header % 2 === 1)
  }

  copy(value: unknown): unknown {
    return this.#copier.copy(value)
  }

  protected unpack(input: DataInputView, start: number, length: number, isGraph: boolean): unknown {
    const range = this.#range
    range.start = start
    range.end = start + length
    const bytes = asBuffer(input.bytes)
    if (!isGraph) return unpackedBy(this.#plain, bytes, range)
    return ObjectGraphReader.restore(unpackedBy(this.#graphs, bytes, range) as readonly GraphNode[], this.#registered)
  }

  #packGraph(value: unknown): Uint8Array {
    return this.#graphs.pack(ObjectGraphWriter.flatten(value, this.#registered), PACK_MODE)
  }
}

/** Bytes that are no value are told as all that is read wrongly: the library has errors of its own. */
function unpackedBy(
  packr: Msgpackr.Packr,
  bytes: Buffer,
  range: { readonly start: number; readonly end: number },
): unknown {
  try {
    return packr.unpack(bytes, range)
  } catch (error) {
    throw new FlinkError('ASSERTION_FAILED', { what: `a value cannot be read: ${messageOf(error)}` }, { cause: error })
  }
}

/** Every value is on its own, so that scalars, and writing flat objects, need nothing of the library. */
class SelfContainedSerializer extends StructuredSerializer implements SkippingSerializer<unknown> {
  readonly #rows = new PackedRows()

  constructor(registered: RegisteredTypes) {
    super(selfContained(), selfContained(), registered)
  }

  override serialize(value: unknown, output: DataOutputView): void {
    if (!writePackedScalar(value, output) && !this.#rows.write(value, output)) super.serialize(value, output)
  }

  override deserialize(input: DataInputView): unknown {
    const header = input.readVarInt()
    const length = Math.floor(header / 2)
    const start = input.skip(length)
    if (header % 2 === 1) return this.unpack(input, start, length, true)
    const scalar = readPackedScalar(input, start, start + length)
    return scalar === NOT_PACKED_HERE ? this.unpack(input, start, length, false) : scalar
  }

  /** A graph may hold instances of classes that are not known here, which is told when it is read. */
  skip(input: DataInputView): void {
    const header = input.readVarInt()
    const length = Math.floor(header / 2)
    const start = input.skip(length)
    if (header % 2 === 1) this.unpack(input, start, length, true)
  }
}

/** Names of fields travel once a shape; a shape is known by a number, which may be given to another one later. */
class StructuredStreamSerializer extends StructuredSerializer implements StreamSerializer {
  readonly #stream: Msgpackr.Packr & DefinedStructures
  readonly #classes: RegisteredTypes
  #lastDefined: readonly string[] | undefined
  #position: StreamPosition
  #positionOfLast: StreamPosition

  constructor(registered: RegisteredTypes, position?: StreamPosition) {
    const stream = new Packr({ sequential: true, copyBuffers: true })
    super(stream, selfContained(), registered)
    this.#stream = stream as Msgpackr.Packr & DefinedStructures
    this.#classes = registered
    if (position !== undefined) this.#stream.structures = position.map((fields) => [...fields])
  }

  override serialize(value: unknown, output: DataOutputView): void {
    // Definitions of a value that could not be written count as well.
    this.#noteDefinitions()
    this.#positionOfLast = this.#position
    super.serialize(value, output)
    this.#noteDefinitions()
  }

  position(): StreamPosition {
    this.#noteDefinitions()
    // A reader is not told of definitions, it finds them.
    return this.#position ?? snapshotOf(this.#stream.structures)
  }

  positionOfLast(): StreamPosition {
    return this.#positionOfLast
  }

  readerFrom(position: StreamPosition): TypeSerializer<unknown> {
    return new StructuredStreamSerializer(this.#classes, position)
  }

  /** Numbers are given in turn, so the newest definition tells whether there were any. */
  #noteDefinitions(): void {
    const { structures } = this.#stream
    const lastDefined = structures[(structures.nextId ?? FIRST_STRUCTURE_ID) - FIRST_STRUCTURE_ID - 1]
    if (lastDefined === this.#lastDefined) return
    this.#lastDefined = lastDefined
    this.#position = snapshotOf(structures)
  }
}

function snapshotOf(structures: DefinedStructures['structures']): StreamPosition {
  return structures.length === 0 ? undefined : [...structures]
}

/** Every value is on its own: may be stored, read by another process and in any order. */
export function structuredSerializer(registered: RegisteredTypes = NO_REGISTERED_TYPES): TypeSerializer<unknown> {
  return new SelfContainedSerializer(registered)
}

/**
 * For one end of a stream: names of fields travel once a shape instead of once a value, which makes it about three times
 * as fast. The other end must read all values, in order, with one serializer of its own.
 */
export function structuredStreamSerializer(
  registered: RegisteredTypes = NO_REGISTERED_TYPES,
  position?: StreamPosition,
): StreamSerializer {
  return new StructuredStreamSerializer(registered, position)
}

function selfContained(): Msgpackr.Packr {
  return new Packr({ useRecords: false, mapsAsObjects: true, variableMapSize: true, copyBuffers: true })
}

function writePacked(packed: Uint8Array, graphBit: 0 | 1, output: DataOutputView): void {
  const { start, end } = packed as unknown as PackedRange
  output.writeVarInt((end - start) * 2 + graphBit)
  output.writeSlice(packed, start, end)
}

/** The library gives buffers back as what it was given to read from. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
