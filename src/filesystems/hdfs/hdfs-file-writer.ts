// Duty: writes a file of HDFS, whose bytes are there and durable when the request that brings them has ended: WebHDFS has no hflush.
//
//   few bytes: kept in memory ── sync, close ──► one request, tried again with what did not arrive
//        │ more than that                                   ▲
//        ▼                                                  │
//   an open request takes them as they come ── sync, close, or nothing to write for a while ──► ended
//
// Invariants: the first request of a new file is its CREATE, each other one an APPEND at the length that was answered for. After a
// failure nobody knows what is in the file, and nothing more is written to it. Nothing is cut off here: that belongs to who goes on with
// a file, whose bytes it would be where this writer was given up and has not heard of it.
import type { TimerHandle } from '../../core/time/clock.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { FileWriter } from '../../core/fs/file-system.js'
import { HdfsFileReader } from './hdfs-file-reader.js'
import { statusIn } from './hdfs-status.js'
import { retrying } from './retrying.js'
import { UploadPiece } from './upload-piece.js'
import type { Upload, WebHdfsClient } from './web-hdfs-client.js'
import { WebHdfsFailure } from './web-hdfs-failure.js'

/** Most files of a checkpoint are smaller: what is kept can be sent again. */
const KEPT_BYTES = 256 * 1024
/** Servers and what is in between close a connection on which nothing comes: HttpFS after 60 s. */
const IDLE_LIMIT_MS = 15_000

export interface FileToWrite {
  readonly client: WebHdfsClient
  readonly path: string
  /** So many bytes are there to be written after; undefined where it is to be created, or created anew. */
  readonly keptBytes: number | undefined
}

export class HdfsFileWriter implements FileWriter {
  readonly #file: FileToWrite
  /** What was answered for; undefined before the file was created. */
  #length: number | undefined
  #kept: Buffer[] = []
  #keptBytes = 0
  #piece: UploadPiece | undefined
  #idle: TimerHandle | undefined
  /** The end of a piece that nothing was written to. */
  #ending: Promise<void> = Promise.resolve()
  #failure: { readonly error: unknown; isTold: boolean } | undefined
  #isOpen = true

  constructor(file: FileToWrite) {
    this.#file = file
    this.#length = file.keptBytes
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#run('write', async () => {
      if (this.#piece === undefined && this.#keptBytes + bytes.length <= KEPT_BYTES) {
        this.#kept.push(Buffer.from(bytes))
        this.#keptBytes += bytes.length
        return
      }
      const piece = await this.#begun()
      await piece.write(bytes)
      const { clock } = this.#file.client.pace
      this.#idle = clock.setTimer(IDLE_LIMIT_MS, () => {
        this.#ending = this.#remembered(this.#endPiece())
      })
    })
  }

  sync(): Promise<void> {
    return this.#run('sync', () => this.#flush())
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#idle?.cancel()
    await this.#ending
    if (this.#failure?.isTold === true) return
    this.#throwFailure()
    await this.#file.client.explain('close', this.#file.path, () => this.#flush())
  }

  async #flush(): Promise<void> {
    if (this.#piece !== undefined) await this.#endPiece()
    else if (this.#keptBytes > 0 || this.#length === undefined) await this.#sendKept()
  }

  /** The request that takes what is written, after all that was kept. */
  async #begun(): Promise<UploadPiece> {
    if (this.#piece !== undefined) return this.#piece
    const piece = new UploadPiece(await this.#upload())
    this.#piece = piece
    for (const bytes of this.#takeKept()) await piece.write(bytes)
    return piece
  }

  async #endPiece(): Promise<void> {
    const piece = this.#piece
    if (piece === undefined) return
    await piece.end()
    this.#piece = undefined
    await this.#written(piece.sizeBytes)
  }

  async #sendKept(): Promise<void> {
    const { client } = this.#file
    const bytes = Buffer.concat(this.#takeKept())
    const send = async (attempt: number): Promise<void> => {
      // Nobody knows what came of the attempt before; a file is created anew.
      const arrived = attempt === 1 || this.#length === undefined ? 0 : await this.#arrived(bytes, this.#length)
      const left = bytes.subarray(arrived)
      if (arrived > 0 && left.length === 0) return
      const piece = new UploadPiece(await this.#upload(left.length))
      try {
        if (left.length > 0) await piece.write(left)
        await piece.end()
      } finally {
        piece.cancel()
      }
    }
    await retrying(send, { pace: client.pace, also: ['leased'] })
    await this.#written(bytes.length)
  }

  /** So many of these bytes are in the file, after so many others. */
  async #arrived(bytes: Buffer, after: number): Promise<number> {
    const { client, path } = this.#file
    const sizeBytes = await this.#sizeBytes()
    if (sizeBytes <= after) return 0
    const wanted = bytes.subarray(0, sizeBytes - after)
    const reader = new HdfsFileReader({ client, path, sizeBytes })
    try {
      if (sizeBytes - after <= bytes.length && wanted.equals(await reader.read(after, wanted.length))) {
        return wanted.length
      }
    } finally {
      await reader.close()
    }
    const failure = new WebHdfsFailure('leased', 'it has other bytes than were written: somebody else writes to it')
    failure.isLast = true
    throw failure
  }

  async #sizeBytes(): Promise<number> {
    const { client, path } = this.#file
    return statusIn(await client.ask({ method: 'GET', path, op: 'GETFILESTATUS' }), path).sizeBytes
  }

  /**
   * A writer that was given up may have asked to append before it heard of that, and its bytes stand before ours then: a length alone would
   * not tell later whose they are.
   */
  async #written(addedBytes: number): Promise<void> {
    const length = (this.#length ?? 0) + addedBytes
    if (this.#length !== undefined) {
      const sizeBytes = await this.#sizeBytes()
      if (sizeBytes !== length) {
        const reason = `it has ${String(sizeBytes)} bytes where ${String(length)} were written: somebody else writes to it`
        throw new WebHdfsFailure('leased', reason)
      }
    }
    this.#length = length
  }

  #takeKept(): Buffer[] {
    const kept = this.#kept
    this.#kept = []
    this.#keptBytes = 0
    return kept
  }

  #upload(contentLength?: number): Promise<Upload> {
    const { client, path } = this.#file
    if (this.#length !== undefined) return client.upload({ method: 'POST', path, op: 'APPEND' }, contentLength)
    // Without it a directory that is gone would be made again.
    const parameters = { overwrite: 'true', createparent: 'false' }
    return client.upload({ method: 'PUT', path, op: 'CREATE', parameters }, contentLength)
  }

  async #run(operation: string, work: () => Promise<void>): Promise<void> {
    const { client, path } = this.#file
    if (!this.#isOpen) throw new FlinkError('FILE_IO_FAILED', { path, operation, reason: 'it was closed' })
    this.#idle?.cancel()
    await this.#ending
    this.#throwFailure()
    await this.#remembered(client.explain(operation, path, work))
    this.#throwFailure()
  }

  /** Never rejects. */
  async #remembered(work: Promise<void>): Promise<void> {
    const { client, path } = this.#file
    try {
      await client.explain('write', path, () => work)
    } catch (error) {
      this.#failure = { error, isTold: false }
      this.#piece?.cancel()
      this.#piece = undefined
    }
  }

  #throwFailure(): void {
    if (this.#failure === undefined) return
    this.#failure.isTold = true
    throw this.#failure.error
  }
}
