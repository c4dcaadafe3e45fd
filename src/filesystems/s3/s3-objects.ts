// Duty: the objects of a store, one request a method.
// Invariants: an object is replaced as a whole, and is there for everybody once the request has been answered.
// Thread: any.
import type { Readable } from 'node:stream'
import type { S3Connection } from './s3-connection.js'
import { isS3Missing, s3AttemptsOf, s3CodeOf, s3StatusOf } from './s3-failure.js'
import { keyPrefixOf, type S3Location } from './s3-location.js'

export interface S3Head {
  readonly sizeBytes: number
  /** Changes with the bytes. */
  readonly etag: string | undefined
}

export interface S3Body extends S3Head {
  readonly stream: Readable
}

export interface S3Listed {
  readonly key: string
  readonly sizeBytes: number
}

export interface S3ListPage {
  readonly objects: readonly S3Listed[]
  /** What keys below begin with, up to the next slash. */
  readonly prefixes: readonly string[]
  readonly next: string | undefined
}

export interface S3ListTerms {
  readonly isDeep: boolean
  readonly limit?: number
  readonly after?: string | undefined
}

/** Bytes of an object, from the first to the last, both of them included; undefined: all. */
export interface S3Range {
  readonly bytes: { readonly first: number; readonly last: number } | undefined
  /** Of the object as it was; another one is not read. */
  readonly etag: string | undefined
}

/** Who made an object, so that an answer that was lost is no riddle. */
const MAKER = 'flink-ts-maker'
/** So many keys one request lists or deletes. */
export const S3_PAGE = 1000

export class S3Objects {
  readonly connection: S3Connection

  constructor(connection: S3Connection) {
    this.connection = connection
  }

  /** Undefined where there is none. */
  async head(at: S3Location): Promise<S3Head | undefined> {
    if (at.key === '') return undefined
    const { sdk, client } = this.connection
    const found = await this.#run(
      'lookup',
      at,
      () => client.send(new sdk.HeadObjectCommand({ Bucket: at.bucket, Key: at.key })),
      (error) => (isS3Missing(error) ? 'none' : undefined),
    )
    if (found === 'none') return undefined
    return { sizeBytes: found.ContentLength ?? 0, etag: found.ETag }
  }

  /** FILE_NOT_FOUND; FILE_IO_FAILED where it is another object by now. */
  async get(at: S3Location, range?: S3Range): Promise<S3Body> {
    const { sdk, client } = this.connection
    const bytes = range?.bytes
    const part = bytes === undefined ? {} : { Range: `bytes=${String(bytes.first)}-${String(bytes.last)}` }
    const known = range?.etag === undefined ? {} : { IfMatch: range.etag }
    const found = await this.#run('read', at, () =>
      client.send(new sdk.GetObjectCommand({ Bucket: at.bucket, Key: at.key, ...part, ...known })),
    )
    return { stream: found.Body as Readable, sizeBytes: found.ContentLength ?? 0, etag: found.ETag }
  }

  async put(at: S3Location, bytes: Uint8Array): Promise<void> {
    const { sdk, client } = this.connection
    const { encryption } = this.connection.settings
    await this.#run('write', at, () =>
      client.send(new sdk.PutObjectCommand({ Bucket: at.bucket, Key: at.key, Body: bytes, ...encryption })),
    )
  }

  /**
   * False where one is there already. `maker`: a name that nobody else gives: a request whose answer was lost is repeated, and then the
   * object that is there may be the own.
   */
  async putNew(at: S3Location, bytes: Uint8Array, maker: string): Promise<boolean> {
    const { sdk, client, settings } = this.connection
    const place = { Bucket: at.bucket, Key: at.key }
    const asked = { ...place, Body: bytes, Metadata: { [MAKER]: maker }, IfNoneMatch: '*', ...settings.encryption }
    let wasRepeated = false
    const put = async (): Promise<'made' | 'there'> => {
      await client.send(new sdk.PutObjectCommand(asked))
      return 'made'
    }
    const refused = (error: unknown): 'there' | undefined => {
      if (s3StatusOf(error) !== 412) return undefined
      wasRepeated = s3AttemptsOf(error) > 1
      return 'there'
    }
    for (let attempt = 1; ; attempt += 1) {
      // Somebody else was about to make it.
      const isConflict = (error: unknown): 'conflict' | undefined =>
        s3CodeOf(error) === 'ConditionalRequestConflict' && attempt < settings.maxAttempts ? 'conflict' : undefined
      const outcome = await this.#run<'made' | 'there', 'there' | 'conflict'>(
        'create',
        at,
        put,
        (error) => refused(error) ?? isConflict(error),
      )
      if (outcome === 'made') return true
      if (outcome === 'there') return wasRepeated && (await this.#makerOf(at)) === maker
      wasRepeated = true
    }
  }

  /** What is below the directory at a location, by key. */
  async list(at: S3Location, { isDeep, limit = S3_PAGE, after }: S3ListTerms): Promise<S3ListPage> {
    const { sdk, client } = this.connection
    const found = await this.#run('list', at, () =>
      client.send(
        new sdk.ListObjectsV2Command({
          Bucket: at.bucket,
          Prefix: keyPrefixOf(at),
          MaxKeys: limit,
          ...(isDeep ? {} : { Delimiter: '/' }),
          ...(after === undefined ? {} : { ContinuationToken: after }),
        }),
      ),
    )
    const objects = (found.Contents ?? []).map(({ Key = '', Size = 0 }) => ({ key: Key, sizeBytes: Size }))
    const prefixes = (found.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix)
    return { objects, prefixes, next: found.NextContinuationToken }
  }

  /** Keys of objects that begin with a text, at most a page of them. */
  async keysFrom({ bucket, path }: S3Location, beginning: string): Promise<string[]> {
    const { sdk, client } = this.connection
    const found = await this.#run('list', { bucket, path, key: beginning }, () =>
      client.send(new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: beginning })),
    )
    return (found.Contents ?? []).map(({ Key = '' }) => Key)
  }

  /** Nothing happens where there is none. */
  async delete(at: S3Location): Promise<void> {
    const { sdk, client } = this.connection
    await this.#run(
      'delete',
      at,
      async () => {
        await client.send(new sdk.DeleteObjectCommand({ Bucket: at.bucket, Key: at.key }))
        return true
      },
      (error) => (isS3Missing(error) ? true : undefined),
    )
  }

  /** At most a page of keys. */
  async deleteAll(at: S3Location, keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return
    const { sdk, client } = this.connection
    const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true }
    await this.#run('delete', at, async () => {
      const { Errors = [] } = await client.send(new sdk.DeleteObjectsCommand({ Bucket: at.bucket, Delete }))
      const failed = Errors.filter(({ Code }) => Code !== 'NoSuchKey')[0]
      if (failed === undefined) return
      throw Object.assign(new NotDeleted(`${failed.Key ?? ''}: ${failed.Message ?? ''}`), { Code: failed.Code })
    })
  }

  /** Up to 5 GiB. */
  async copy(from: S3Location, to: S3Location): Promise<void> {
    const { sdk, client } = this.connection
    const asked = { Bucket: to.bucket, Key: to.key, CopySource: s3CopySource(from) }
    const { encryption } = this.connection.settings
    await this.#run('rename', from, () => client.send(new sdk.CopyObjectCommand({ ...asked, ...encryption })))
  }

  async #makerOf(at: S3Location): Promise<string | undefined> {
    const { sdk, client } = this.connection
    const found = await this.#run(
      'lookup',
      at,
      () => client.send(new sdk.HeadObjectCommand({ Bucket: at.bucket, Key: at.key })),
      (error) => (isS3Missing(error) ? 'none' : undefined),
    )
    return found === 'none' ? undefined : found.Metadata?.[MAKER]
  }

  #run<T, E = never>(
    operation: string,
    { path, bucket }: S3Location,
    work: () => Promise<T>,
    expected?: (error: unknown) => E | undefined,
  ): Promise<T | E> {
    return this.connection.run({ operation, path, bucket }, work, expected)
  }
}

/** One of many objects was not deleted. */
class NotDeleted extends Error {
  override readonly name: string = 'NotDeleted'
}

export function s3CopySource({ bucket, key }: S3Location): string {
  return `${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`
}
