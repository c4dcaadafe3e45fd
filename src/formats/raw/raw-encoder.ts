import type { Encoder, EncoderStream } from '../../connectors/filesystem/sink/encoder.js'
import { checkedBytes } from './checked-bytes.js'

/**
 * Records that are bytes one after the other in a file, with nothing between them. RECORD_NOT_WRITABLE for a record that is no Uint8Array.
 *
 * @example
 * ```ts
 * import { FileSink } from 'flink-ts/connectors/filesystem'
 * import { RawEncoder } from 'flink-ts/formats/raw'
 *
 * const sink = FileSink.forRowFormat('/data/out', new RawEncoder()).build()
 * ```
 */
export class RawEncoder implements Encoder<Uint8Array> {
  encode(element: Uint8Array, stream: EncoderStream): void {
    stream.write(checkedBytes('RawEncoder', element))
  }
}
