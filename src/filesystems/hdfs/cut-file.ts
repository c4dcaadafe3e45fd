// Duty: cuts a file of HDFS off, so that somebody can write after what is left.
// Invariants: once it is done nobody else writes to the file, and what is left is durable. At no moment less than that is there.
import { FlinkError } from '../../core/errors/flink-error.js'
import { hdfsPathOf, nameOf } from './hdfs-path.js'
import { HdfsFileReader } from './hdfs-file-reader.js'
import { fieldOf } from './remote-exception.js'
import { sleep, waitMs } from './retrying.js'
import { UploadPiece } from './upload-piece.js'
import type { WebHdfsClient } from './web-hdfs-client.js'
import { WebHdfsFailure } from './web-hdfs-failure.js'

/** The last block is cut by its DataNodes, in 100 ms or so; who has died while he wrote is taken for dead after 60 s. */
const LIMIT_MS = 150_000
/** Who was stopped while he writes is never taken for dead: a DataNode speaks for him. */
const TAKE_OVER_AFTER_MS = 5000
const COPIED_BYTES = 1024 * 1024

/** The file has at least so many bytes. Throws WebHdfsFailures. */
export async function cutTo(client: WebHdfsClient, path: string, sizeBytes: number): Promise<void> {
  const { clock } = client.pace
  const start = clock.monotonicMs()
  let takeOverMs = TAKE_OVER_AFTER_MS
  for (let round = 1; ; round += 1) {
    const state = await cutOnce(client, path, sizeBytes)
    if (state === 'done') return
    const elapsedMs = clock.monotonicMs() - start
    if (state === 'leased' && elapsedMs > takeOverMs) {
      if (await isTakenOver(client, path, sizeBytes)) return
      takeOverMs = elapsedMs + TAKE_OVER_AFTER_MS
    }
    if (elapsedMs > LIMIT_MS) {
      const seconds = String(LIMIT_MS / 1000)
      throw new WebHdfsFailure(
        'leased',
        `somebody else still has it, or its last block is not cut off, after ${seconds} s`,
      )
    }
    await sleep(Math.min(1000, waitMs(round, client.pace) / 4), client.pace)
  }
}

async function cutOnce(
  client: WebHdfsClient,
  path: string,
  sizeBytes: number,
): Promise<'done' | 'leased' | 'being cut'> {
  try {
    const parameters = { newlength: String(sizeBytes) }
    const answer = await client.ask({ method: 'POST', path, op: 'TRUNCATE', parameters })
    return fieldOf(answer, 'boolean') === true ? 'done' : 'being cut'
  } catch (error) {
    if (!WebHdfsFailure.is(error, 'leased')) throw error
    return error.message.startsWith('RecoveryInProgress') ? 'being cut' : 'leased'
  }
}

/**
 * A copy of what is wanted takes the place of the file, and the right to write with it: whoever still writes to the old one, or was when
 * his machine died, writes to a file that is gone.
 */
async function isTakenOver(client: WebHdfsClient, path: string, sizeBytes: number): Promise<boolean> {
  const name = nameOf(path)
  const copy = `${path.slice(0, -name.length)}.${name}.copy.${client.pace.random.uuid()}`
  try {
    await copyTo(client, { from: path, to: copy, sizeBytes })
    const parameters = { destination: hdfsPathOf(path).file, renameoptions: 'OVERWRITE' }
    await client.ask({ method: 'PUT', path: copy, op: 'RENAME', parameters })
    return true
  } catch (error) {
    await client.ask({ method: 'DELETE', path: copy, op: 'DELETE' })
    // Of a block whose DataNode has died in the middle of it nothing can be read until it is recovered.
    if (FlinkError.is(error, 'FILE_IO_FAILED') || WebHdfsFailure.is(error, 'unreachable', 'busy')) return false
    throw error
  }
}

async function copyTo(client: WebHdfsClient, at: { from: string; to: string; sizeBytes: number }): Promise<void> {
  const reader = new HdfsFileReader({ client, path: at.from, sizeBytes: at.sizeBytes })
  const parameters = { overwrite: 'true', createparent: 'false' }
  const piece = new UploadPiece(await client.upload({ method: 'PUT', path: at.to, op: 'CREATE', parameters }))
  try {
    for (let offset = 0; offset < at.sizeBytes; offset += COPIED_BYTES) {
      await piece.write(await reader.read(offset, COPIED_BYTES))
    }
    await piece.end()
  } finally {
    await reader.close()
    piece.cancel()
  }
}
