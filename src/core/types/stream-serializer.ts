import type { TypeSerializer } from './type-serializer.js'

/**
 * A place between two values of a stream, as far as a reader that begins there must know it: the definitions that went
 * before and may be replaced later, by their ids. Undefined where nothing was defined.
 */
export type StreamPosition = readonly (readonly string[])[] | undefined

/**
 * One end of a stream in which a value is understood only with those before it. A third party may look at a part of the
 * stream without touching either end: it begins at a position that one of them gave.
 */
export interface StreamSerializer extends TypeSerializer<unknown> {
  /** Of the next value that is written here, or read. */
  position(): StreamPosition
  /** Of the value that was written last, given what it became. */
  positionOfLast(written: Uint8Array): StreamPosition
  /** Reads on from there, for itself: as far as this end has come, or beyond. */
  readerFrom(position: StreamPosition): TypeSerializer<unknown>
}

/** Every other serializer writes values that stand on their own. */
export function isStreamSerializer(serializer: TypeSerializer<unknown>): serializer is StreamSerializer {
  return 'readerFrom' in serializer
}
