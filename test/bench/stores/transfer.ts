/**
 * Bytes to a store, or from it, in a process of its own: `transfer <bare|engine> <write|read> <directory> <megabytes> <options as JSON>`.
 * Bare: what the same client gives without an engine, node:http for HDFS, the AWS SDK for S3. Prints what it took as JSON.
 */
import { Configuration } from '../../../src/core/config/configuration.js'
import { SystemRandom } from '../../../src/core/random/system-random.js'
import { defaultFileSystems } from '../../../src/filesystems/default-file-systems.js'
import { checkpointStreams } from '../../../src/storage/file-checkpoint-streams.js'
import type { StreamStateHandle } from '../../../src/storage/state-handles.js'
import { readStatePieces } from '../../../src/storage/state-reader.js'
import { nowMs } from '../jobs/progress.js'
import { bareHdfsRead, bareHdfsWrite } from './bare-hdfs.js'
import { bareS3Read, bareS3Write } from './bare-s3.js'

/** As the state backends write. */
const BLOCK_BYTES = 64 * 1024
const MB = 1024 * 1024

const [mode, direction, directory = '', megabytes = '64', optionsText = '{}', handleText = ''] = process.argv.slice(2)
const sizeBytes = Number(megabytes) * MB
const options = JSON.parse(optionsText) as Record<string, string>
const isS3 = directory.startsWith('s3')

function* blocks(): Generator<Uint8Array> {
  // A store that compresses, or one that answers with zeros, is to see nothing else.
  const block = new Uint8Array(BLOCK_BYTES)
  for (let at = 0; at < sizeBytes; at += BLOCK_BYTES) yield block.subarray(0, Math.min(BLOCK_BYTES, sizeBytes - at))
}

async function engineWrite(): Promise<StreamStateHandle | undefined> {
  const fileSystems = defaultFileSystems(Configuration.fromMap(options))
  const location = { kind: 'file', directoryUri: directory, inlineThresholdBytes: 0 } as const
  const stream = await checkpointStreams(location, fileSystems, new SystemRandom()).createStream()
  for (const block of blocks()) await stream.write(block)
  return stream.closeAndGetHandle()
}

async function engineRead(handle: StreamStateHandle): Promise<undefined> {
  let read = 0
  const fileSystems = defaultFileSystems(Configuration.fromMap(options))
  for await (const piece of readStatePieces(handle, fileSystems)) read += piece.length
  if (read !== sizeBytes) throw new Error(`${String(read)} bytes read`)
}

async function transferred(): Promise<StreamStateHandle | undefined> {
  if (mode === 'engine' && direction === 'write') return engineWrite()
  if (mode === 'engine') return engineRead(JSON.parse(handleText) as StreamStateHandle)
  const place = { directory, options, sizeBytes }
  if (isS3) return direction === 'write' ? bareS3Write(place, blocks()) : bareS3Read(place)
  return direction === 'write' ? bareHdfsWrite(place, blocks()) : bareHdfsRead(place)
}

// What is loaded once for all files is no part of it.
if (isS3) await import('@aws-sdk/client-s3')
await import(`../../../src/filesystems/${isS3 ? 's3/s3-file-system' : 'hdfs/create-hdfs-file-system'}.js`)
const beganMs = nowMs()
const beganCpu = process.cpuUsage()
const handle = await transferred()
const seconds = (nowMs() - beganMs) / 1000
const { user, system } = process.cpuUsage(beganCpu)
const cpuSeconds = (user + system) / 1e6
const peakRssMb = process.resourceUsage().maxRSS / 1024
process.stdout.write(
  `${JSON.stringify({ handle, mbps: sizeBytes / 1e6 / seconds, cpuMbps: sizeBytes / 1e6 / cpuSeconds, peakRssMb })}\n`,
)
// Connections that are kept for more would keep the process.
process.exit(0)
