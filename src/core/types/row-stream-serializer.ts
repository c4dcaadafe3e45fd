import type { DataInputView } from '../memory/data-input-view.js'
import type { DataOutputView } from '../memory/data-output-view.js'
import { FlinkError } from '../errors/flink-error.js'
import type { RowCodec } from './row-codec-generator.js'
import { RowCodecs } from './row-codecs.js'
import { RowCopier } from './row-copier.js'
import { kindOf, unify, type RowShape } from './row-shape.js'
import { structuredStreamSerializer } from './structured-serializer.js'
import type { StreamPosition, StreamSerializer } from './stream-serializer.js'
import type { TypeSerializer } from './type-serializer.js'

/** First byte of a record that the structured serializer wrote. */
const STRUCTURED = 0
/** First byte of the definition of the next shape: its kind as JSON; a record follows. */
const DEFINITION = 255
const MAX_DEFINITIONS = 250
/** So many shapes are tried for a record. */
const MAX_LIVE = 8
/** After so many records that had no kind no further one is looked at. */
const MAX_WITHOUT_KIND = 64

export interface RowStreamSettings {
  /** What the records are declared to be: known at both ends, so it need not travel. */
  readonly kind?: RowShape | undefined
  /** Generated code that may be shared with other ends, and the classes that it knows. */
  readonly codecs?: RowCodecs
}

interface Shape {
  /** First byte of its records. */
  readonly id: number
  readonly kind: RowShape
  readonly codec: RowCodec
}

/**
 * For one end of a stream: learns the shapes of the records that pass and writes them by generated code; a shape is
 * described once, in front of its first record. Each record is checked against its shape. One that does not fit makes the
 * shape wider (an int field becomes a double, a field may be null ...) or gets a shape of its own; what has no shape at all
 * goes the way of the structured serializer. A declared kind is the first shape and needs no description. Nothing is assumed, so what arrives equals what left, but for properties whose
 * key is a symbol: refused where a shape is learned, left out where one is known (README.md). Figures (Node 20, records of four fields, p = 2): see test/bench.
 */
class RowStreamSerializer implements StreamSerializer {
  readonly #structured: StreamSerializer
  readonly #codecs: RowCodecs
  /** What was defined, by id - 1, at either end. */
  readonly #shapes: Shape[] = []
  /** The shapes that records are written with, the last one used first. */
  #live: Shape[] = []
  #withoutKind = 0
  #copier: RowCopier | undefined

  constructor({ kind, codecs = new RowCodecs() }: RowStreamSettings, position?: StreamPosition) {
    this.#codecs = codecs
    this.#structured = structuredStreamSerializer(codecs.registered, position)
    if (kind !== undefined) this.#live = [this.#define(kind)]
  }

  serialize(value: unknown, output: DataOutputView): void {
    const start = output.position
    const live = this.#live
    for (let index = 0; index < live.length; index += 1) {
      const shape = live[index] as Shape
      output.writeInt8(shape.id)
      if (shape.codec.write(value, output)) {
        if (index > 0) this.#moveToFront(index)
        return
      }
      output.truncate(start)
    }
    if (this.#serializeNewShape(value, output)) return
    output.truncate(start)
    output.writeInt8(STRUCTURED)
    try {
      this.#structured.serialize(value, output)
    } catch (error) {
      output.truncate(start)
      throw error
    }
  }

  deserialize(input: DataInputView): unknown {
    const head = input.readInt8()
    if (head === STRUCTURED) return this.#structured.deserialize(input)
    if (head === DEFINITION) {
      const kind = JSON.parse(input.readUtf8()) as RowShape
      const id = input.readInt8()
      // Who began further back in a stream than its end had come knows it already.
      if (id > this.#shapes.length) this.#define(kind)
      return this.#shape(id).codec.read(input)
    }
    return this.#shape(head).codec.read(input)
  }

  position(): StreamPosition {
    return this.#structured.position()
  }

  positionOfLast(written: Uint8Array): StreamPosition {
    return written[0] === STRUCTURED ? this.#structured.positionOfLast(written) : this.position()
  }

  /** No shape ever gets the number of another one: those that come later do no harm. */
  readerFrom(position: StreamPosition): TypeSerializer<unknown> {
    const reader = new RowStreamSerializer({ codecs: this.#codecs }, position)
    reader.#shapes.push(...this.#shapes)
    return reader
  }

  #shape(id: number): Shape {
    const shape = this.#shapes[id - 1]
    if (shape === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `a row of unknown shape ${id}` })
    return shape
  }

  copy(value: unknown): unknown {
    this.#copier ??= new RowCopier(this.#codecs.registered)
    return this.#copier.copy(value)
  }

  #serializeNewShape(value: unknown, output: DataOutputView): boolean {
    if (this.#withoutKind >= MAX_WITHOUT_KIND || this.#shapes.length >= MAX_DEFINITIONS) return false
    const observed = kindOf(value, this.#codecs.registered)
    if (observed === undefined) {
      this.#withoutKind += 1
      return false
    }
    const wider = this.#live.map(({ kind }) => unify(kind, observed))
    const replaced = wider.findIndex((kind) => kind !== undefined)
    if (replaced < 0 && this.#live.length >= MAX_LIVE) return false
    const shape = this.#define(wider[replaced] ?? observed)
    output.writeInt8(DEFINITION)
    output.writeUtf8(JSON.stringify(shape.kind))
    output.writeInt8(shape.id)
    if (!shape.codec.write(value, output)) {
      // Shared references, say: the other end has not seen the definition, so it is taken back.
      this.#shapes.pop()
      this.#withoutKind += 1
      return false
    }
    if (replaced >= 0) this.#live.splice(replaced, 1)
    this.#live.unshift(shape)
    return true
  }

  #define(kind: RowShape): Shape {
    const shape = { id: this.#shapes.length + 1, kind, codec: this.#codecs.of(kind) }
    this.#shapes.push(shape)
    return shape
  }

  #moveToFront(index: number): void {
    const [shape] = this.#live.splice(index, 1)
    if (shape !== undefined) this.#live.unshift(shape)
  }
}

/** The other end must read all records, in order, with one serializer of its own and the same settings. */
export function rowStreamSerializer(settings: RowStreamSettings = {}): StreamSerializer {
  return new RowStreamSerializer(settings)
}
