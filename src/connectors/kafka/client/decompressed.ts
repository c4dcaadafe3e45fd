import { ReasonError } from '../../../core/errors/reason-error.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import type { KafkaLibrary } from './kafka-library.js'

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
const SNAPPY = 2
const ZSTD = 4
/** What clients of Java put before blocks of Snappy, which come one after the other with their lengths. */
const SNAPPY_STREAM = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const SNAPPY_STREAM_HEADER = 16

/** The records of a batch; throws a ReasonError for a codec that nobody knows here. */
export function decompressed(body: Buffer, compression: number, library: KafkaLibrary): Buffer {
  if (compression === 0) return body
  const name = CODECS[compression]
  const codec = name === undefined ? undefined : library.compressionsAlgorithms[name]
  if (codec === undefined)
    throw new ReasonError(`they are compressed by a codec with number ${String(compression)}, which nobody knows`)
  if (compression === ZSTD && !codec.available) {
    throw new ReasonError('they are compressed by zstd, which Node has from 22.15 on')
  }
  const decompress = (bytes: Buffer): Buffer => codec.decompressSync(bytes)
  try {
    if (compression === SNAPPY && body.subarray(0, SNAPPY_STREAM.length).equals(SNAPPY_STREAM)) {
      return Buffer.concat(snappyBlocks(body).map(decompress))
    }
    return decompress(body)
  } catch (error) {
    throw new ReasonError(`what ${name ?? ''} compressed cannot be read: ${messageOf(error)}`)
  }
}

function snappyBlocks(stream: Buffer): Buffer[] {
  const blocks: Buffer[] = []
  for (let at = SNAPPY_STREAM_HEADER; at + 4 <= stream.length;) {
    const length = stream.readInt32BE(at)
    blocks.push(stream.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return blocks
}
