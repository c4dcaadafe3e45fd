/**
 * A store that speaks as much of S3 as a checkpoint and a restore need, and does nothing: bytes are dropped, and objects are zeros of their
 * length. What a transfer takes here is our part of it. `fast-s3` prints its port.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const ZEROS = Buffer.alloc(1024 * 1024)
const sizes = new Map<string, number>()
const uploads = new Map<string, number>()
let count = 0

function xml(response: ServerResponse, text: string, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

async function drained(request: IncomingMessage): Promise<number> {
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) bytes += chunk.length
  return bytes
}

async function sendZeros(response: ServerResponse, sizeBytes: number): Promise<void> {
  for (let left = sizeBytes; left > 0; left -= ZEROS.length) {
    if (!response.write(ZEROS.subarray(0, left))) await new Promise((resolve) => response.once('drain', resolve))
  }
  response.end()
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname: key, searchParams: query } = new URL(request.url ?? '/', 'http://store')
  const { method } = request
  const bytes = await drained(request)
  if (query.has('list-type')) {
    const keys = [...sizes.keys()].filter((one) => one.startsWith(`${key}/${query.get('prefix') ?? ''}`))
    const found = keys.map((one) => `<Contents><Key>${one.slice(key.length + 1)}</Key></Contents>`).join('')
    xml(response, `<ListBucketResult>${found}<IsTruncated>false</IsTruncated></ListBucketResult>`)
  } else if (method === 'POST' && query.has('uploads')) {
    count += 1
    uploads.set(String(count), 0)
    xml(
      response,
      `<InitiateMultipartUploadResult><UploadId>${String(count)}</UploadId></InitiateMultipartUploadResult>`,
    )
  } else if (method === 'POST' && query.has('uploadId')) {
    sizes.set(key, uploads.get(query.get('uploadId') ?? '') ?? 0)
    xml(response, '<CompleteMultipartUploadResult></CompleteMultipartUploadResult>')
  } else if (method === 'PUT') {
    const id = query.get('uploadId')
    if (id === null) sizes.set(key, bytes)
    else uploads.set(id, (uploads.get(id) ?? 0) + bytes)
    response.writeHead(200, { etag: '"0"', 'content-length': 0 }).end()
  } else if (method === 'GET' || method === 'HEAD') {
    const size = sizes.get(key)
    if (size === undefined) {
      xml(response, '<Error><Code>NoSuchKey</Code></Error>', 404)
      return
    }
    response.writeHead(200, { etag: '"0"', 'content-length': size })
    if (method === 'HEAD') response.end()
    else await sendZeros(response, size)
  } else {
    sizes.delete(key)
    response.writeHead(204).end()
  }
}

const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()))
server.listen(0, '127.0.0.1', () => process.stdout.write(`${String((server.address() as AddressInfo).port)}\n`))
