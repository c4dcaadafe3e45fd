// The one file of a form, from the connection to whoever keeps it, without being held in memory.
import type { IncomingMessage } from 'node:http'
import { PassThrough, type Readable } from 'node:stream'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { asError, messageOf } from '../../../core/errors/thrown-value.js'
import { drained } from './drained.js'
import type { JarGateway } from './jar-gateway.js'

const NOTHING_SENT = 'Exactly 1 file must be sent, received 0.'
/** What is around a file in a form: some lines. */
const AROUND_FILE_BYTES = 16 * 1024
const FORM = /^multipart\/form-data\s*;/i

type Received = Pick<JarGateway, 'maxContentLength' | 'receive' | 'remove'>

/** Returns where the file is kept. JAR_UPLOAD_REFUSED, JAR_UPLOAD_TOO_LARGE. */
export async function receiveUpload(request: IncomingMessage, jars: Received): Promise<string> {
  if (!FORM.test(request.headers['content-type'] ?? '')) {
    await drained(request)
    throw new FlinkError('JAR_UPLOAD_REFUSED', { reason: NOTHING_SENT })
  }
  const limit = jars.maxContentLength
  if (Number(request.headers['content-length'] ?? 0) > limit + AROUND_FILE_BYTES) {
    // A client that still sends would not read the answer.
    await drained(request)
    throw new FlinkError('JAR_UPLOAD_TOO_LARGE', { limit })
  }
  const kept: string[] = []
  try {
    const count = await filesOf(request, jars, kept)
    const [file] = kept
    if (count === 1 && file !== undefined) return file
    throw new FlinkError('JAR_UPLOAD_REFUSED', { reason: `Exactly 1 file must be sent, received ${String(count)}.` })
  } catch (error) {
    await Promise.allSettled(kept.map((file) => jars.remove(idOf(file))))
    throw error
  }
}

/** How many files have come; `kept` gets where the first is. */
async function filesOf(request: IncomingMessage, jars: Received, kept: string[]): Promise<number> {
  const { Busboy } = await import('@fastify/busboy')
  const { maxContentLength: limit } = jars
  const headers = { ...request.headers, 'content-type': request.headers['content-type'] ?? '' }
  const limits = { fileSize: limit, fields: 16, fieldSize: 64 * 1024, parts: 32, headerPairs: 64 }
  let form: InstanceType<typeof Busboy>
  try {
    form = new Busboy({ headers, limits })
  } catch (error) {
    throw new FlinkError('JAR_UPLOAD_REFUSED', { reason: messageOf(error) }, { cause: error })
  }
  let count = 0
  let file: PassThrough | undefined
  let receiving: Promise<PromiseSettledResult<string>[]> = Promise.resolve([])
  form.on('file', (_field: string, content: Readable, name?: string) => {
    count += 1
    // A form that ends in the middle of a file breaks that as well, whoever reads it.
    content.on('error', () => undefined)
    if (count > 1) {
      content.resume()
      return
    }
    file = untruncated(content, limit)
    // What is left of one that is refused is read, so that the client comes to read the answer.
    receiving = Promise.allSettled([jars.receive(name ?? '', file).finally(() => content.unpipe().resume())])
  })
  const parsed = new Promise<void>((resolve, reject) => {
    form.on('finish', resolve)
    form.on('error', (error: unknown) => {
      reject(new FlinkError('JAR_UPLOAD_REFUSED', { reason: `The form cannot be read: ${messageOf(error)}` }))
    })
    request.on('error', (error) => {
      reject(new FlinkError('JAR_UPLOAD_REFUSED', { reason: 'The file has not come whole.' }, { cause: error }))
    })
    request.on('close', () => {
      if (!request.complete) reject(new FlinkError('JAR_UPLOAD_REFUSED', { reason: 'The file has not come whole.' }))
    })
  })
  request.pipe(form)
  try {
    await parsed
  } catch (error) {
    request.unpipe(form)
    form.destroy()
    // Nothing more of it comes, and no end either.
    file?.destroy(asError(error))
    keep(await receiving, kept)
    throw error
  }
  const failure = keep(await receiving, kept)
  if (failure !== undefined) throw failure.reason
  return count
}

/** Returns why one was not kept. */
function keep(received: readonly PromiseSettledResult<string>[], kept: string[]): PromiseRejectedResult | undefined {
  for (const result of received) {
    if (result.status === 'rejected') return result
    kept.push(result.value)
  }
  return undefined
}

/**
 * A file that is longer than the limit is cut off there, as if it were whole: to its reader it breaks. The form itself has to be read
 * to its end, whatever becomes of the file.
 */
function untruncated(content: Readable, limit: number): PassThrough {
  const file = new PassThrough()
  // It may break when nobody reads it yet, or any more: its name was refused, say.
  file.on('error', () => undefined)
  content.once('limit', () => file.destroy(new FlinkError('JAR_UPLOAD_TOO_LARGE', { limit })))
  content.once('error', (error) => file.destroy(error))
  return content.pipe(file)
}

function idOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}
