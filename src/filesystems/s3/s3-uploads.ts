// Duty: uploads in parts, one request a method.
//
//   create ─► parts, numbered, in any order, each replaceable ─► complete: the object is there, whole
//                                                          └──► abort: nothing is left
//
// Invariants: nobody sees an object before its upload is complete. An upload lives until it is completed or aborted, whoever began it.
// Thread: any.
import type { S3Connection } from './s3-connection.js'
import { s3CodeOf, s3StatusOf } from './s3-failure.js'
import type { S3Location } from './s3-location.js'
import { s3CopySource } from './s3-objects.js'

export interface S3Part {
  readonly number: number
  readonly etag: string
  readonly sizeBytes: number
}

/** An upload that nobody completed. */
export interface S3OpenUpload {
  readonly key: string
  readonly uploadId: string
}

/** `gone`: it was completed, or aborted. `changed`: somebody wrote other parts. */
export type S3Completion = 'completed' | 'gone' | 'changed'

export class S3Uploads {
  readonly #connection: S3Connection

  constructor(connection: S3Connection) {
    this.#connection = connection
  }

  async create(at: S3Location): Promise<string> {
    const { sdk, client, settings } = this.#connection
    const asked = { Bucket: at.bucket, Key: at.key, ...settings.encryption }
    const { UploadId } = await this.#run('create', at, () => client.send(new sdk.CreateMultipartUploadCommand(asked)))
    return UploadId ?? ''
  }

  async uploadPart(at: S3Location, UploadId: string, PartNumber: number, Body: Uint8Array): Promise<S3Part> {
    const { sdk, client } = this.#connection
    const { ETag = '' } = await this.#run('write', at, () =>
      client.send(new sdk.UploadPartCommand({ Bucket: at.bucket, Key: at.key, UploadId, PartNumber, Body })),
    )
    return { number: PartNumber, etag: ETag, sizeBytes: Body.length }
  }

  /** Bytes of another object, which the store copies itself. Undefined where the upload or that object is gone. */
  async copyPart(
    at: S3Location,
    UploadId: string,
    PartNumber: number,
    source: { readonly from: S3Location; readonly first: number; readonly last: number },
  ): Promise<S3Part | undefined> {
    const { sdk, client } = this.#connection
    const { from, first, last } = source
    const CopySourceRange = `bytes=${String(first)}-${String(last)}`
    const asked = { Bucket: at.bucket, Key: at.key, UploadId, PartNumber, CopySource: s3CopySource(from) }
    const copied = await this.#run(
      'write',
      at,
      () => client.send(new sdk.UploadPartCopyCommand({ ...asked, CopySourceRange })),
      (error) => (s3StatusOf(error) === 404 && s3CodeOf(error) !== 'NoSuchBucket' ? 'gone' : undefined),
    )
    if (copied === 'gone') return undefined
    return { number: PartNumber, etag: copied.CopyPartResult?.ETag ?? '', sizeBytes: last - first + 1 }
  }

  complete(at: S3Location, UploadId: string, parts: readonly S3Part[]): Promise<S3Completion> {
    const { sdk, client } = this.#connection
    const Parts = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag }))
    return this.#run<S3Completion, S3Completion>(
      'commit',
      at,
      async () => {
        const asked = { Bucket: at.bucket, Key: at.key, UploadId, MultipartUpload: { Parts } }
        await client.send(new sdk.CompleteMultipartUploadCommand(asked))
        return 'completed'
      },
      (error) => {
        const code = s3CodeOf(error)
        if (code === 'NoSuchUpload') return 'gone'
        return code === 'InvalidPart' || code === 'InvalidPartOrder' ? 'changed' : undefined
      },
    )
  }

  /** Nothing happens where it is gone. */
  async abort(at: S3Location, UploadId: string): Promise<void> {
    const { sdk, client } = this.#connection
    await this.#run(
      'delete',
      at,
      async () => {
        await client.send(new sdk.AbortMultipartUploadCommand({ Bucket: at.bucket, Key: at.key, UploadId }))
        return true
      },
      (error) => (s3CodeOf(error) === 'NoSuchUpload' ? true : undefined),
    )
  }

  /** Undefined where the upload is gone. */
  async parts(at: S3Location, UploadId: string): Promise<S3Part[] | undefined> {
    const { sdk, client } = this.#connection
    const parts: S3Part[] = []
    for (let PartNumberMarker: string | undefined; ;) {
      const asked = { Bucket: at.bucket, Key: at.key, UploadId, ...(PartNumberMarker && { PartNumberMarker }) }
      const page = await this.#run(
        'lookup',
        at,
        () => client.send(new sdk.ListPartsCommand(asked)),
        (error) => (s3CodeOf(error) === 'NoSuchUpload' ? 'gone' : undefined),
      )
      if (page === 'gone') return undefined
      for (const { PartNumber = 0, ETag = '', Size = 0 } of page.Parts ?? []) {
        parts.push({ number: PartNumber, etag: ETag, sizeBytes: Size })
      }
      if (page.IsTruncated !== true || page.NextPartNumberMarker === undefined) return parts
      PartNumberMarker = page.NextPartNumberMarker
    }
  }

  /** Of objects whose keys begin with a text. */
  async open(at: S3Location, beginning: string): Promise<S3OpenUpload[]> {
    const { sdk, client } = this.#connection
    const found: S3OpenUpload[] = []
    for (let marker: { KeyMarker: string; UploadIdMarker: string } | undefined; ;) {
      const asked = { Bucket: at.bucket, Prefix: beginning, ...marker }
      const page = await this.#run('list', at, () => client.send(new sdk.ListMultipartUploadsCommand(asked)))
      for (const { Key: key = '', UploadId: uploadId = '' } of page.Uploads ?? []) {
        if (key.startsWith(beginning)) found.push({ key, uploadId })
      }
      if (page.IsTruncated !== true || page.NextKeyMarker === undefined) return found
      marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker ?? '' }
    }
  }

  #run<T, E = never>(
    operation: string,
    { path, bucket }: S3Location,
    work: () => Promise<T>,
    expected?: (error: unknown) => E | undefined,
  ): Promise<T | E> {
    return this.#connection.run({ operation, path, bucket }, work, expected)
  }
}
