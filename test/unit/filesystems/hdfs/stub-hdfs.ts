import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { Configuration } from '../../../../src/core/config/configuration.js'
import type { FileSystem } from '../../../../src/core/fs/file-system.js'
import { SeededRandom } from '../../../../src/core/random/seeded-random.js'
import type { Clock, TimerHandle } from '../../../../src/core/time/clock.js'
import { createHdfsFileSystem } from '../../../../src/filesystems/hdfs/create-hdfs-file-system.js'

/** No wait takes time; what is longer than any wait between two attempts (the end of an idle upload) comes when the test says so. */
export class HurriedClock implements Clock {
  readonly waits: number[] = []
  readonly #held = new Set<() => void>()
  #now = 0

  now(): number {
    return this.#now
  }

  monotonicMs(): number {
    return this.#now
  }

  setTimer(delayMs: number, callback: () => void): TimerHandle {
    if (delayMs > 10_000) {
      this.#held.add(callback)
      return { cancel: () => this.#held.delete(callback) }
    }
    this.waits.push(delayMs)
    this.#now += delayMs
    const immediate = setImmediate(callback)
    return { cancel: () => clearImmediate(immediate) }
  }

  runHeld(): void {
    for (const callback of this.#held) callback()
    this.#held.clear()
  }
}

export interface StubRequest {
  readonly op: string
  /** True where the DataNode is asked. */
  readonly isAtDataNode: boolean
  readonly method: string
  readonly path: string
  readonly parameters: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** What a request gets in place of its answer. `lost`: it is done, and the connection cut before the answer; `part`: with four bytes of it. */
export type Fault =
  | { readonly kind: 'cut' | 'lost' | 'part' | 'silent' | 'half' }
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly body: string
      readonly headers?: http.OutgoingHttpHeaders
    }

export function exceptionOf(status: number, exception: string, message = 'so it is'): Fault {
  return { kind: 'answer', status, body: JSON.stringify({ RemoteException: { exception, message } }) }
}

type Node = { readonly id: number; bytes: Buffer } | { readonly id: number; readonly bytes: undefined }

interface Answer {
  readonly status: number
  readonly body: string | Buffer
}

const json = (value: unknown): Answer => ({ status: 200, body: JSON.stringify(value) })

class Refusal extends Error {
  readonly answer: Answer

  constructor(status: number, exception: string, message = `${exception} of the stub`) {
    super(exception)
    this.answer = { status, body: JSON.stringify({ RemoteException: { exception, message } }) }
  }
}

/** NameNode and DataNode in one, as far as the driver asks them, in memory; with answers that real ones do not give when one wants them. */
export class StubHdfs {
  readonly requests: StubRequest[] = []
  /** The next request of the operation, at the DataNode where it goes to both, gets this. */
  readonly faults: (readonly [op: string, fault: Fault])[] = []
  readonly clock = new HurriedClock()
  /** How often TRUNCATE says that it is still being done. */
  cutting = 0
  /** Renames and says of files what HttpFS does. */
  isHttpFs = false
  /** Before 2.9 there are no listings in parts. */
  isOld = false
  /** Files that somebody else has not closed. */
  readonly leased = new Set<string>()
  readonly #files = new Map<string, Node>([['/', { id: 1, bytes: undefined }]])
  readonly #server = http.createServer((request, response) => void this.#serve(request, response))
  #lastId = 1

  static async start(): Promise<StubHdfs> {
    const stub = new StubHdfs()
    stub.#server.listen(0, '127.0.0.1')
    await once(stub.#server, 'listening')
    return stub
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  fileSystem(address: string = this.address): Promise<FileSystem> {
    const configuration = Configuration.fromMap({ 'fs.hdfs.webhdfs.address': address })
    return createHdfsFileSystem(
      configuration,
      { HADOOP_USER_NAME: 'me' },
      { clock: this.clock, random: new SeededRandom(1) },
    )
  }

  ops(): string[] {
    return this.requests.map(({ op, isAtDataNode }) => (isAtDataNode ? `${op} of bytes` : op))
  }

  textOf(path: string): string | undefined {
    return this.#files.get(path)?.bytes?.toString()
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://stub')
    const { op = '', ...parameters } = Object.fromEntries(url.searchParams)
    const isAtDataNode = url.pathname.startsWith('/data/')
    const path = decodeURIComponent(url.pathname.replace(/^\/(?:webhdfs|data)\/v1/, '')) || '/'
    const fault = this.#faultOf(op, isAtDataNode)
    try {
      if (fault?.kind === 'cut') throw new Error('cut')
      const body = fault?.kind === 'answer' ? Buffer.alloc(0) : await bodyOf(request)
      this.requests.push({ op, isAtDataNode, method: request.method ?? '', path, parameters, body })
      if (fault?.kind === 'silent') return
      if (fault?.kind === 'answer') {
        response.writeHead(fault.status, { connection: 'close', ...fault.headers }).end(fault.body)
        return
      }
      const taken = fault?.kind === 'part' ? body.subarray(0, 4) : body
      const answer = this.#answer({ op, isAtDataNode, method: request.method ?? '', path, parameters, body: taken })
      if (fault?.kind === 'lost' || fault?.kind === 'part') throw new Error('cut')
      response.writeHead(answer.status, { 'content-length': Buffer.byteLength(answer.body), connection: 'close' })
      if (fault?.kind !== 'half') response.end(answer.body)
      else response.write(answer.body.slice(0, answer.body.length / 2), () => request.socket.destroy())
    } catch (error) {
      if (error instanceof Refusal) response.writeHead(error.answer.status).end(error.answer.body)
      else request.socket.destroy()
    }
  }

  #faultOf(op: string, isAtDataNode: boolean): Fault | undefined {
    const goesToBoth = ['OPEN', 'CREATE', 'APPEND'].includes(op)
    const index = this.faults.findIndex(([of]) => (goesToBoth && !isAtDataNode ? of === `${op} location` : of === op))
    return index === -1 ? undefined : this.faults.splice(index, 1)[0]?.[1]
  }

  #answer(request: StubRequest): Answer {
    const { op, isAtDataNode, path, parameters } = request
    const isLocated = isAtDataNode || !['OPEN', 'CREATE', 'APPEND'].includes(op)
    if (!isLocated) {
      const query = new URLSearchParams({ op, ...parameters }).toString()
      return json({
        Location: `http://${this.address}/data/v1${path.split('/').map(encodeURIComponent).join('/')}?${query}`,
      })
    }
    switch (op) {
      case 'GETFILESTATUS':
        return json({ FileStatus: this.#statusOf(path, '') })
      case 'LISTSTATUS':
        return json({ FileStatuses: { FileStatus: this.#filesOf(path, this.#namesIn(path)) } })
      case 'LISTSTATUS_BATCH':
        return this.#list(path, parameters.startAfter ?? '')
      case 'MKDIRS':
        return this.#mkdirs(path)
      case 'OPEN': {
        const offset = Number(parameters.offset)
        return { status: 200, body: this.#file(path).bytes.subarray(offset, offset + Number(parameters.length)) }
      }
      case 'CREATE':
        return this.#create(request)
      case 'APPEND':
        return this.#append(request)
      case 'TRUNCATE':
        return this.#truncate(path, Number(parameters.newlength))
      case 'RENAME':
        return this.#rename(path, parameters)
      default:
        return this.#delete(path, parameters.recursive === 'true')
    }
  }

  #statusOf(path: string, pathSuffix: string): object {
    const { id, bytes } = this.#find(path)
    const identity = this.isHttpFs ? { modificationTime: 1 } : { fileId: id }
    return { ...identity, pathSuffix, type: bytes === undefined ? 'DIRECTORY' : 'FILE', length: bytes?.length ?? 0 }
  }

  /** In parts of two. */
  #list(path: string, startAfter: string): Answer {
    if (this.isOld)
      throw new Refusal(400, 'IllegalArgumentException', 'No enum constant GetOpParam.Op.LISTSTATUS_BATCH')
    const names = this.#namesIn(path).filter((name) => name > startAfter)
    const partialListing = { FileStatuses: { FileStatus: this.#filesOf(path, names.slice(0, 2)) } }
    return json({ DirectoryListing: { partialListing, remainingEntries: Math.max(0, names.length - 2) } })
  }

  #filesOf(path: string, names: readonly string[]): object[] {
    if (this.#find(path).bytes !== undefined) return [this.#statusOf(path, '')]
    return names.map((name) => this.#statusOf(`${path === '/' ? '' : path}/${name}`, name))
  }

  #namesIn(path: string): string[] {
    const prefix = path === '/' ? '/' : `${path}/`
    const below = [...this.#files.keys()].filter((file) => file !== '/' && file.startsWith(prefix))
    return below
      .map((file) => file.slice(prefix.length))
      .filter((name) => !name.includes('/'))
      .sort()
  }

  #mkdirs(path: string): Answer {
    const parts = path.split('/').slice(1)
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const directory = `/${parts.slice(0, depth).join('/')}`
      if (this.#files.get(directory)?.bytes !== undefined) throw new Refusal(403, 'ParentNotDirectoryException')
      if (!this.#files.has(directory)) this.#files.set(directory, { id: (this.#lastId += 1), bytes: undefined })
    }
    return json({ boolean: true })
  }

  #create({ path, parameters, body }: StubRequest): Answer {
    const found = this.#files.get(path)
    if (found !== undefined && (found.bytes === undefined || parameters.overwrite !== 'true')) {
      throw new Refusal(403, 'FileAlreadyExistsException')
    }
    if (!this.#files.has(parentOf(path))) throw new Refusal(404, 'FileNotFoundException')
    this.leased.delete(path)
    this.#files.set(path, { id: (this.#lastId += 1), bytes: body })
    return { status: 201, body: '' }
  }

  #append({ path, body }: StubRequest): Answer {
    const file = this.#file(path)
    if (this.leased.has(path)) throw new Refusal(403, 'AlreadyBeingCreatedException')
    file.bytes = Buffer.concat([file.bytes, body])
    return { status: 200, body: '' }
  }

  #truncate(path: string, length: number): Answer {
    const file = this.#file(path)
    if (this.leased.has(path)) throw new Refusal(403, 'AlreadyBeingCreatedException')
    if (length > file.bytes.length) throw new Refusal(400, 'HadoopIllegalArgumentException')
    file.bytes = file.bytes.subarray(0, length)
    this.cutting = Math.max(-1, this.cutting - 1)
    return json({ boolean: this.cutting < 0 })
  }

  #rename(from: string, { destination = '', renameoptions }: StubRequest['parameters']): Answer {
    if (this.isHttpFs && (!this.#files.has(from) || this.#files.has(destination))) return json({ boolean: false })
    const node = this.#find(from)
    const target = this.#files.get(destination)
    if (target !== undefined && renameoptions !== 'OVERWRITE') throw new Refusal(403, 'FileAlreadyExistsException')
    if (!this.#files.has(parentOf(destination))) throw new Refusal(404, 'FileNotFoundException')
    for (const [path, moved] of [...this.#files]) {
      if (!path.startsWith(`${from}/`)) continue
      this.#files.delete(path)
      this.#files.set(destination + path.slice(from.length), moved)
    }
    this.#files.delete(from)
    this.leased.delete(destination)
    this.#files.set(destination, node)
    return { status: 200, body: '' }
  }

  #delete(path: string, isRecursive: boolean): Answer {
    const names = this.#files.get(path)?.bytes === undefined ? this.#namesIn(path) : []
    if (names.length > 0 && !isRecursive) throw new Refusal(403, 'PathIsNotEmptyDirectoryException')
    const gone = [...this.#files.keys()].filter((file) => file === path || file.startsWith(`${path}/`))
    for (const file of gone) this.#files.delete(file)
    return json({ boolean: gone.length > 0 })
  }

  #find(path: string): Node {
    const found = this.#files.get(path)
    if (found === undefined) throw new Refusal(404, 'FileNotFoundException')
    return found
  }

  #file(path: string): { bytes: Buffer } {
    const found = this.#find(path)
    if (found.bytes === undefined) throw new Refusal(404, 'FileNotFoundException')
    return found
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}

async function bodyOf(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}
