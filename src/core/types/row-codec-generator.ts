import type { DataInputView } from '../memory/data-input-view.js'
import type { DataOutputView } from '../memory/data-output-view.js'
import { ClassNotRegisteredError } from './class-not-registered-error.js'
import { NO_REGISTERED_TYPES, type RegisteredTypes } from './registered-types.js'
import { RowCopierSource } from './row-copier-source.js'
import type { RowShape } from './row-shape.js'
import { RowReaderSource } from './row-reader-source.js'
import { isPrimitive, readLikelyText, readScalar, readText, writeScalar, writeText } from './row-values.js'
import { RowWriterSource } from './row-writer-source.js'
import { SeenObjects } from './seen-objects.js'

/** Code for one kind of row, as fast as code written for it by hand: no lookup of names, no tag a field. */
export interface RowCodec {
  /** Writes the value; false, with the position of the output anywhere, when it is not of the kind. */
  readonly write: (value: unknown, output: DataOutputView) => boolean
  readonly read: (input: DataInputView) => unknown
}

export interface RowCodecSource {
  readonly write: string
  readonly read: string
}

/** A deep copy of a value of the kind; false when it is not. */
export type RowCopy = (value: object) => object | false

/** A ClassNotRegisteredError for a kind with instances of a class that is not among the registered ones. */
export function generateRowCodec(kind: RowShape, registered: RegisteredTypes = NO_REGISTERED_TYPES): RowCodec {
  const { write, read } = rowCodecSource(kind)
  const given = givenTo(registered)
  return { write: evaluate(write, given) as RowCodec['write'], read: evaluate(read, given) as RowCodec['read'] }
}

/** As generateRowCodec, for copies within one thread. */
export function generateRowCopy(kind: RowShape, registered: RegisteredTypes): RowCopy {
  return evaluate(rowCopySource(kind), givenTo(registered)) as RowCopy
}

/** The functions as source, each after a `return`. */
export function rowCodecSource(kind: RowShape): RowCodecSource {
  return { write: new RowWriterSource(kind).text(), read: new RowReaderSource().text(kind) }
}

/** The function as source, after a `return`. */
export function rowCopySource(kind: RowShape): string {
  return new RowCopierSource(kind).text()
}

function givenTo(registered: RegisteredTypes): Readonly<Record<string, unknown>> {
  const prototypeNamed = (name: string): object => {
    const found = registered.named(name)
    if (found === undefined) throw new ClassNotRegisteredError(name)
    return found.prototype
  }
  return { ...environment, prototypeNamed, seen: new SeenObjects() }
}

function evaluate(source: string, given: Readonly<Record<string, unknown>>): unknown {
  const make = new Function(...Object.keys(given), `'use strict'\n${source}`) as (...values: unknown[]) => unknown
  return make(...Object.values(given))
}

const environment = {
  writeText,
  readText,
  readLikelyText,
  writeScalar,
  readScalar,
  isPrimitive,
  prototypeOf: Object.getPrototypeOf,
  keysOf: Object.keys,
  ofObject: Object.prototype,
  ofArray: Array.prototype,
  ofDate: Date.prototype,
  ofMap: Map.prototype,
  ofSet: Set.prototype,
  seen: undefined,
}
