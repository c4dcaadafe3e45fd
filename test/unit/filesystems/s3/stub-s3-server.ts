import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Configuration } from '../../../../src/core/config/configuration.js'
import { S3Connection } from '../../../../src/filesystems/s3/s3-connection.js'
import { S3FileSystem } from '../../../../src/filesystems/s3/s3-file-system.js'
import { s3SettingsOf } from '../../../../src/filesystems/s3/s3-settings.js'

interface StoredObject {
  readonly bytes: Buffer
  readonly etag: string
  readonly metadata: Readonly<Record<string, string>>
  /** SHA-256 in base64, as it was when it was stored. */
  readonly checksum?: string
}

interface OpenUpload {
  readonly key: string
  readonly parts: Map<number, StoredObject>
}

export interface StubRequest {
  readonly method: string
  readonly key: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** `code` and `status`: in place of the answer. `lost`: it is done, and the connection cut before the answer. `half`: of the body. */
export type Trouble =
  { readonly status: number; readonly code: string } | 'reset' | 'lost' | 'half' | 'silent' | undefined

const SMALLEST_PART_BYTES = 5 * 1024 * 1024

/** A store of one bucket in memory, which does what a real one does and fails as it is told. */
export class StubS3Server {
  readonly objects = new Map<string, StoredObject>()
  readonly uploads = new Map<string, OpenUpload>()
  readonly requests: StubRequest[] = []
  /** Asked before each answer. */
  trouble: (request: StubRequest) => Trouble = () => undefined
  /** So many keys a page has. */
  pageSize = 1000
  smallestPartBytes = SMALLEST_PART_BYTES
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response))
  }

  static async start(): Promise<StubS3Server> {
    const stub = new StubS3Server()
    await new Promise<void>((resolve) => stub.#server.listen(0, '127.0.0.1', resolve))
    return stub
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`
  }

  /** `partSizeBytes`: less than the configuration takes. */
  async fileSystem(
    options: Readonly<Record<string, string>> = {},
    { partSizeBytes }: { readonly partSizeBytes?: number } = {},
  ): Promise<S3FileSystem> {
    const own = { 's3.endpoint': this.url, 's3.access-key': 'a', 's3.secret-key': 'b', 's3.attempts.maximum': '4' }
    const settings = s3SettingsOf(Configuration.fromMap({ ...own, ...options }))
    const parts = partSizeBytes === undefined ? {} : { partSizeBytes }
    return new S3FileSystem(await S3Connection.open('s3', { ...settings, ...parts }))
  }

  /** What was asked since the last time, as `PUT key ?query`. */
  asked(): string[] {
    return this.requests.splice(0).map(({ method, key, query }) => {
      query.delete('x-id')
      return `${method} ${key}${query.size === 0 ? '' : ` ?${[...query.keys()].join('&')}`}`
    })
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer)
    } catch {
      return
    }
    const url = new URL(incoming.url ?? '/', 'http://stub')
    const [, bucket = '', ...names] = url.pathname.split('/').map(decodeURIComponent)
    const { method = 'GET', headers } = incoming
    const request = { method, key: names.join('/'), query: url.searchParams, headers, body: Buffer.concat(chunks) }
    this.requests.push(request)
    const trouble = this.trouble(request)
    if (trouble === 'silent') return
    if (trouble === 'reset') {
      incoming.socket.resetAndDestroy()
      return
    }
    const answer =
      typeof trouble === 'object'
        ? failed(trouble.status, trouble.code)
        : bucket === 'bucket'
          ? this.#answer(request)
          : failed(404, 'NoSuchBucket')
    if (trouble === 'lost') {
      incoming.socket.destroy()
      return
    }
    const body = method === 'HEAD' ? Buffer.alloc(0) : answer.body
    const length = method === 'HEAD' ? answer.body.length : body.length
    response.writeHead(answer.status, { 'content-length': length, ...answer.headers })
    if (trouble === 'half') {
      response.write(body.subarray(0, body.length >> 1), () => incoming.socket.end())
      return
    }
    response.end(body)
  }

  #answer(request: StubRequest): Answer {
    const { method, key, query } = request
    if (method === 'GET' && query.has('uploadId')) return this.#parts(request)
    if (method === 'GET' && query.has('uploads')) return this.#openUploads(request)
    if (method === 'GET' && query.has('list-type')) return this.#list(query)
    if (method === 'GET' || method === 'HEAD') return this.#get(request)
    if (method === 'POST' && query.has('delete')) return this.#deleteAll(request)
    if (method === 'POST' && query.has('uploads')) return this.#createUpload(request)
    if (method === 'POST') return this.#complete(request)
    if (method === 'PUT' && query.has('uploadId')) return this.#uploadPart(request)
    if (method === 'PUT') return this.#put(request)
    if (query.has('uploadId')) return this.uploads.delete(query.get('uploadId') ?? '') ? ok('', 204) : noUpload()
    this.objects.delete(key)
    return ok('', 204)
  }

  #get({ key, headers }: StubRequest): Answer {
    const found = this.objects.get(key)
    if (found === undefined) return failed(404, 'NoSuchKey')
    if (headers['if-match'] !== undefined && headers['if-match'] !== found.etag)
      return failed(412, 'PreconditionFailed')
    const named = { etag: found.etag, ...metadataHeaders(found) }
    const range = rangeOf(headers.range, found.bytes.length)
    const sum: Record<string, string> = found.checksum === undefined ? {} : { 'x-amz-checksum-sha256': found.checksum }
    if (range === undefined) return { status: 200, body: found.bytes, headers: { ...named, ...sum } }
    const body = found.bytes.subarray(range.first, range.last + 1)
    const content = `bytes ${String(range.first)}-${String(range.last)}/${String(found.bytes.length)}`
    return { status: 206, body, headers: { ...named, 'content-range': content } }
  }

  #put({ key, headers, body }: StubRequest): Answer {
    if (headers['if-none-match'] === '*' && this.objects.has(key)) return failed(412, 'PreconditionFailed')
    const source = headers['x-amz-copy-source']
    const bytes = source === undefined ? body : this.objects.get(keyOfSource(source))?.bytes
    if (bytes === undefined) return failed(404, 'NoSuchKey')
    const stored = storedObject(bytes, metadataOf(headers))
    this.objects.set(key, stored)
    const copied = source === undefined ? '' : `<CopyObjectResult><ETag>${stored.etag}</ETag></CopyObjectResult>`
    return ok(copied, 200, { etag: stored.etag })
  }

  #list(query: URLSearchParams): Answer {
    const prefix = query.get('prefix') ?? ''
    const delimiter = query.get('delimiter')
    const after = query.get('continuation-token') ?? ''
    const limit = Math.min(this.pageSize, Number(query.get('max-keys') ?? '1000'))
    const entries = new Map<string, string>()
    for (const key of [...this.objects.keys()].sort()) {
      if (!key.startsWith(prefix)) continue
      const slash = delimiter === null ? -1 : key.indexOf('/', prefix.length)
      if (slash < 0) {
        const size = this.objects.get(key)?.bytes.length ?? 0
        entries.set(key, `<Contents><Key>${escaped(key)}</Key><Size>${String(size)}</Size></Contents>`)
      } else {
        const below = key.slice(0, slash + 1)
        entries.set(below, `<CommonPrefixes><Prefix>${escaped(below)}</Prefix></CommonPrefixes>`)
      }
    }
    const left = [...entries].filter(([key]) => key > after)
    const page = left.slice(0, limit)
    const last = page.at(-1)?.[0]
    const next =
      left.length > page.length && last !== undefined
        ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${escaped(last)}</NextContinuationToken>`
        : '<IsTruncated>false</IsTruncated>'
    return ok(`<ListBucketResult>${page.map(([, xml]) => xml).join('')}${next}</ListBucketResult>`)
  }

  #deleteAll({ body }: StubRequest): Answer {
    const keys = [...body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => unescaped(key))
    if (keys.length > 1000) return failed(400, 'MalformedXML')
    for (const key of keys) this.objects.delete(key)
    return ok('<DeleteResult></DeleteResult>')
  }

  #createUpload({ key }: StubRequest): Answer {
    const id = randomUUID()
    this.uploads.set(id, { key, parts: new Map() })
    return ok(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`)
  }

  #uploadPart({ query, headers, body }: StubRequest): Answer {
    const upload = this.uploads.get(query.get('uploadId') ?? '')
    if (upload === undefined) return noUpload()
    const source = headers['x-amz-copy-source']
    const copied = source === undefined ? undefined : this.objects.get(keyOfSource(source))?.bytes
    if (source !== undefined && copied === undefined) return failed(404, 'NoSuchKey')
    const range = rangeOf(headers['x-amz-copy-source-range'], copied?.length ?? 0)
    const stored = storedObject(copied?.subarray(range?.first ?? 0, (range?.last ?? copied.length - 1) + 1) ?? body, {})
    upload.parts.set(Number(query.get('partNumber')), stored)
    const result = source === undefined ? '' : `<CopyPartResult><ETag>${stored.etag}</ETag></CopyPartResult>`
    return ok(result, 200, { etag: stored.etag })
  }

  #complete({ query, body, key }: StubRequest): Answer {
    const id = query.get('uploadId') ?? ''
    const upload = this.uploads.get(id)
    if (upload === undefined) return noUpload()
    const asked = [...body.toString().matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
      number: Number(/<PartNumber>(\d+)/.exec(part)?.[1]),
      etag: unescaped(/<ETag>([^<]*)/.exec(part)?.[1] ?? ''),
    }))
    if (asked.length === 0) return failed(400, 'MalformedXML')
    const parts = asked.flatMap(({ number, etag }) => {
      const part = upload.parts.get(number)
      return part?.etag === etag ? [part] : []
    })
    if (parts.length !== asked.length) return failed(400, 'InvalidPart')
    if (parts.slice(0, -1).some((part) => part.bytes.length < this.smallestPartBytes))
      return failed(400, 'EntityTooSmall')
    this.objects.set(key, storedObject(Buffer.concat(parts.map(({ bytes }) => bytes)), {}))
    this.uploads.delete(id)
    return ok('<CompleteMultipartUploadResult></CompleteMultipartUploadResult>')
  }

  #parts({ query }: StubRequest): Answer {
    const upload = this.uploads.get(query.get('uploadId') ?? '')
    if (upload === undefined) return noUpload()
    const marker = Number(query.get('part-number-marker') ?? '0')
    const left = [...upload.parts].filter(([number]) => number > marker).sort(([one], [other]) => one - other)
    const page = left.slice(0, this.pageSize)
    const parts = page.map(
      ([number, { etag, bytes }]) =>
        `<Part><PartNumber>${String(number)}</PartNumber><ETag>${etag}</ETag><Size>${String(bytes.length)}</Size></Part>`,
    )
    const isTruncated = left.length > page.length
    const next = `<NextPartNumberMarker>${String(page.at(-1)?.[0] ?? 0)}</NextPartNumberMarker>`
    return ok(
      `<ListPartsResult>${parts.join('')}<IsTruncated>${String(isTruncated)}</IsTruncated>${next}</ListPartsResult>`,
    )
  }

  #openUploads({ query }: StubRequest): Answer {
    const prefix = query.get('prefix') ?? ''
    const found = [...this.uploads].filter(([, { key }]) => key.startsWith(prefix))
    const uploads = found.map(
      ([id, { key }]) => `<Upload><Key>${escaped(key)}</Key><UploadId>${id}</UploadId></Upload>`,
    )
    return ok(`<ListMultipartUploadsResult>${uploads.join('')}</ListMultipartUploadsResult>`)
  }
}

interface Answer {
  readonly status: number
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
}

function ok(xml: string, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, body: Buffer.from(xml), headers }
}

function failed(status: number, code: string): Answer {
  return ok(`<Error><Code>${code}</Code><Message>${code} it is</Message></Error>`, status)
}

function noUpload(): Answer {
  return failed(404, 'NoSuchUpload')
}

function storedObject(bytes: Buffer, metadata: Readonly<Record<string, string>>): StoredObject {
  return { bytes, etag: `"${createHash('md5').update(bytes).digest('hex')}"`, metadata }
}

function metadataOf(headers: IncomingMessage['headers']): Record<string, string> {
  const own = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'))
  return Object.fromEntries(own.map(([name, value]) => [name.slice('x-amz-meta-'.length), String(value)]))
}

function metadataHeaders({ metadata }: StoredObject): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]))
}

function rangeOf(
  text: string | string[] | undefined,
  size: number,
): { readonly first: number; readonly last: number } | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(String(text)) ?? []
  if (first === undefined) return undefined
  return { first: Number(first), last: last === '' ? size - 1 : Math.min(Number(last), size - 1) }
}

function keyOfSource(source: string | string[]): string {
  return decodeURIComponent(String(source)).replace(/^\/?[^/]+\//, '')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function unescaped(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
