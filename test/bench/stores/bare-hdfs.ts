/** A file to HDFS and from it by node:http alone: two requests each, and the bytes. */
import { once } from 'node:events'
import http from 'node:http'
import { userInfo } from 'node:os'
import { text } from 'node:stream/consumers'

export interface BarePlace {
  readonly directory: string
  readonly options: Readonly<Record<string, string>>
  readonly sizeBytes: number
}

async function locationOf({ directory, options }: BarePlace, method: string, op: string): Promise<string> {
  const file = `${directory.replace(/^hdfs:\/\/[^/]*/, '')}/bare`
  const address = options['fs.hdfs.webhdfs.address'] ?? ''
  const query = `op=${op}&noredirect=true&user.name=${userInfo().username}&overwrite=true`
  const request = http.request(
    `http://${address}/webhdfs/v1${file}?${query.replace(op === 'OPEN' ? '&overwrite=true' : '', '')}`,
    {
      method,
      headers: { 'content-length': 0, 'content-type': 'application/octet-stream' },
    },
  )
  request.end()
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage]
  return (JSON.parse(await text(answer)) as { Location: string }).Location
}

export async function bareHdfsWrite(place: BarePlace, blocks: Iterable<Uint8Array>): Promise<undefined> {
  const location = await locationOf(place, 'PUT', 'CREATE')
  const request = http.request(location, {
    method: 'PUT',
    agent: false,
    headers: { 'content-type': 'application/octet-stream' },
  })
  const answered = once(request, 'response') as Promise<[http.IncomingMessage]>
  for (const block of blocks) if (!request.write(block)) await once(request, 'drain')
  request.end()
  const [answer] = await answered
  const said = await text(answer)
  if (answer.statusCode !== 201) throw new Error(`the DataNode answered ${String(answer.statusCode)}: ${said}`)
}

export async function bareHdfsRead(place: BarePlace): Promise<undefined> {
  const request = http.request(await locationOf(place, 'GET', 'OPEN'), { agent: false })
  request.end()
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage]
  let read = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) read += chunk.length
  if (read !== place.sizeBytes) throw new Error(`${String(read)} bytes read`)
}
