/** What is sent to every endpoint: requests as clients send them, wrong in one place or another, and what is no request at all. */
import fc from 'fast-check'

export interface DrawnRequest {
  /** What is wrong with it, for the counts. */
  readonly kind: string
  /** Sent one after the other. */
  readonly parts: readonly Buffer[]
  /** What the client does then: waits for the end of the answer, closes its half, goes away, or stays and says nothing more. */
  readonly then: 'wait' | 'half-close' | 'destroy' | 'stay'
}

export interface FuzzedPlace {
  readonly method: string
  readonly path: string
}

export interface FuzzedJob {
  /** What may be asked for: `ROUTES` of a job. */
  readonly places: readonly FuzzedPlace[]
  readonly jobId: string
  readonly vertexId: string
  readonly token: string
  /** Where snapshots may be written to and removed. */
  readonly directory: string
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'GETT', 'get', '']
const BAD_TEXTS = [
  '%',
  '%zz',
  '%2',
  '%00',
  '%c3%28',
  '%2e%2e%2f',
  '..',
  '.',
  '\u0000',
  '#',
  '?',
  '//',
  '%25',
  ';',
  '💥',
]
/** Of a session also what ends it; and a program that is there is not run as often as it is asked for. */
const ENDS_THE_JOB = [
  ...['PATCH /jobs/:jobid', 'GET /jobs/:jobid/yarn-cancel', 'POST /jobs/:jobid/stop', 'GET /jobs/:jobid/yarn-stop'],
  ...['DELETE /cluster', 'POST /jars/upload'],
]

const badText = fc.oneof(fc.constantFrom(...BAD_TEXTS), fc.string({ unit: 'binary', maxLength: 40 }))
const hex32 = fc.stringMatching(/^[0-9a-f]{32}$/)
const anyJson = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.constantFrom('', '{', 'null', '[]', '"x"', '1e999', '{"__proto__":{"a":1}}', '{"constructor":{"prototype":1}}'),
  fc.nat({ max: 5000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
)

/** A path of an endpoint with parameters, some of which are what they should be. */
function pathOf(job: FuzzedJob): fc.Arbitrary<string> {
  return fc.constantFrom(...job.places).chain(({ method, path }) => {
    const isEnd = ENDS_THE_JOB.includes(`${method} ${path}`)
    const jobIds = fc.oneof(hex32, badText, ...(isEnd ? [] : [fc.constant(job.jobId), fc.constant(job.jobId)]))
    const values: Readonly<Record<string, fc.Arbitrary<string>>> = {
      jobid: jobIds,
      vertexid: fc.oneof(fc.constant(job.vertexId), hex32, badText),
    }
    const other = fc.oneof(fc.nat().map(String), hex32, badText, fc.constantFrom('-1', '1e9', '9'.repeat(400)))
    const parts = path.split('/').map((part) => {
      return part.startsWith(':') ? (values[part.slice(1)] ?? other) : fc.constant(part)
    })
    return fc.tuple(...parts).map((all) => all.join('/'))
  })
}

function queryOf(): fc.Arbitrary<string> {
  const name = fc.constantFrom('get', 'agg', 'subtasks', 'mode', '__proto__', 'get[]', 'maxExceptions')
  const value = fc.oneof(badText, fc.constantFrom('a,b', '0-99999999999', 'max,sum,x', 'cancel', '0,1,-2'))
  const pair = fc.tuple(name, value).map(([key, text]) => `${key}=${text}`)
  return fc.array(pair, { maxLength: 4 }).map((pairs) => (pairs.length === 0 ? '' : `?${pairs.join('&')}`))
}

function bodyOf({ directory }: FuzzedJob): fc.Arbitrary<string> {
  const place = fc.constantFrom<unknown>(`${directory}/a`, `${directory}/../b`, 'relative', 's3://none/x', 1, null, {})
  const fields = fc.record(
    {
      'target-directory': place,
      'cancel-job': fc.constantFrom<unknown>(false, null, 'true', 1),
      'savepoint-path': place,
      triggerId: fc.oneof<fc.Arbitrary<unknown>[]>(hex32, badText, fc.constantFrom(null, 1, [])),
      checkpointType: fc.constantFrom<unknown>('CONFIGURED', 'FULL', 'x', null, 1),
      name: fc.oneof<fc.Arbitrary<unknown>[]>(badText, fc.constantFrom(null, 1)),
      keys: fc.oneof<fc.Arbitrary<unknown>[]>(fc.array(fc.base64String()), badText, fc.constantFrom(null, 1, {}, [1])),
      timeout: fc.constantFrom<unknown>(0, -1, 1e300, '1', null),
    },
    { requiredKeys: [] },
  )
  return fc.oneof(
    { weight: 4, arbitrary: fields.map((value) => JSON.stringify(value)) },
    { weight: 3, arbitrary: anyJson },
    { weight: 1, arbitrary: fc.nat({ max: 1_200_000 }).map((length) => JSON.stringify('x'.repeat(length))) },
  )
}

function headersOf({ token }: FuzzedJob): fc.Arbitrary<readonly string[]> {
  const bearer = `authorization: Bearer ${token}`
  const authorization = fc.oneof(
    { weight: 8, arbitrary: fc.constant(bearer) },
    { weight: 1, arbitrary: fc.constantFrom(`${bearer}x`, 'authorization: Basic x', 'authorization:', 'x: y') },
  )
  const host = fc.oneof(
    { weight: 12, arbitrary: fc.constant('host: localhost') },
    { weight: 1, arbitrary: fc.constantFrom('host: evil.example', 'host:', 'x: y', 'host: a\r\nhost: b') },
  )
  const type = fc.oneof(
    { weight: 8, arbitrary: fc.constant('content-type: application/json') },
    { weight: 1, arbitrary: fc.constantFrom('content-type: text/plain', 'content-type:', 'content-type: \u0001/;;;') },
  )
  const more = fc.constantFrom(
    ...[
      'origin: http://evil.example',
      'origin: null',
      'expect: 100-continue',
      'expect: 200-maybe',
      'upgrade: websocket',
    ],
    ...[
      'connection: keep-alive',
      'connection: upgrade',
      'accept: */*',
      'x-http-method-override: PATCH',
      'te: trailers',
    ],
    ...['range: bytes=0-1', 'content-encoding: gzip', 'transfer-encoding: chunked', 'content-length: 5', 'cookie: a=b'],
  )
  return fc
    .tuple(host, authorization, type, fc.array(more, { maxLength: 3 }))
    .map(([first, second, third, others]) => [first, second, third, ...others])
}

function text(method: string, target: string, headers: readonly string[], body: string): string {
  const length = `content-length: ${String(Buffer.byteLength(body))}`
  return `${method} ${target} HTTP/1.1\r\n${[...headers, length].join('\r\n')}\r\n\r\n${body}`
}

/** As the route wants it in method and path, with anything else. */
function whole(job: FuzzedJob): fc.Arbitrary<string> {
  const routed = fc.constantFrom(...job.places.map(({ method }) => method))
  const method = fc.oneof({ weight: 4, arbitrary: routed }, { weight: 1, arbitrary: fc.constantFrom(...METHODS) })
  const prefix = fc.constantFrom('', '', '/v1', '/v2', '/v1/v1', 'http://localhost')
  return fc
    .tuple(method, prefix, pathOf(job), queryOf(), headersOf(job), bodyOf(job))
    .filter(([verb, , path]) => !mayEnd(verb, path, job))
    .map(([verb, begin, path, query, headers, body]) => text(verb, `${begin}${path}${query}`, headers, body))
}

/** Whether a request could end the job, or the session. */
function mayEnd(method: string, place: string, { jobId }: FuzzedJob): boolean {
  if (method === 'PATCH' && place.includes(jobId)) return true
  if (/^DELETE$/i.test(method) && place.includes('cluster')) return true
  return /\/(?:stop|yarn-cancel|yarn-stop)$/.test(place)
}

function known(job: FuzzedJob): fc.Arbitrary<string> {
  const path = pathOf(job).filter((one) => !mayEnd('GET', one, job) && !mayEnd('POST', one, job))
  const headers = ['host: localhost', `authorization: Bearer ${job.token}`, 'content-type: application/json']
  return fc.tuple(fc.constantFrom('GET', 'POST'), path, bodyOf(job)).map(([method, target, body]) => {
    return text(method, encodeURI(target.toWellFormed()), headers, body)
  })
}

/** With everything as it should be, of each endpoint that does not end the job. */
function right(job: FuzzedJob): fc.Arbitrary<string> {
  const routes = job.places.filter(({ method, path }) => !ENDS_THE_JOB.includes(`${method} ${path}`))
  const headers = ['host: localhost', `authorization: Bearer ${job.token}`, 'content-type: application/json']
  return fc.tuple(fc.constantFrom(...routes), fc.nat({ max: 3 }), hex32).map(([{ method, path }, number, id]) => {
    const target = path
      .replace(':jobid', job.jobId)
      .replace(':vertexid', job.vertexId)
      .replace(':triggerid', id)
      .replace(/:\w+/g, String(number))
    const body = { 'target-directory': job.directory, 'savepoint-path': `${job.directory}/none`, triggerId: id }
    return text(method, target, headers, JSON.stringify(body))
  })
}

function one(kind: string, of: string | Buffer, then: DrawnRequest['then'] = 'wait'): DrawnRequest {
  return { kind, parts: [Buffer.from(of as string)], then }
}

/** Cut somewhere, in as many parts as there are cuts. */
function cut(whole: string, cuts: readonly number[]): Buffer[] {
  const bytes = Buffer.from(whole)
  const places = [...cuts.map((place) => place % (bytes.length + 1)), bytes.length].sort((left, right) => left - right)
  return places.map((place, index) => bytes.subarray(places[index - 1] ?? 0, place))
}

/** A request, or what is sent instead of one. */
export function drawnRequest(job: FuzzedJob): fc.Arbitrary<DrawnRequest> {
  const request = whole(job)
  const head = `host: localhost\r\nauthorization: Bearer ${job.token}\r\n`
  const then = fc.constantFrom('wait', 'half-close', 'destroy', 'stay')
  return fc.oneof(
    { weight: 6, arbitrary: right(job).map((all) => one('right', all)) },
    { weight: 6, arbitrary: known(job).map((all) => one('as clients send it', all)) },
    { weight: 8, arbitrary: request.map((all) => one('wrong in places', all, 'half-close')) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(request, fc.array(fc.nat(), { maxLength: 6 }))
        .map(([all, cuts]) => ({ kind: 'in pieces', parts: cut(all, cuts), then: 'half-close' })),
    },
    {
      weight: 3,
      arbitrary: fc.tuple(known(job), fc.nat(), then).map(([all, at, next]) => ({
        kind: 'truncated',
        parts: cut(all, [at]).slice(0, 1),
        then: next === 'wait' ? 'half-close' : next,
      })),
    },
    {
      weight: 2,
      arbitrary: fc
        .array(fc.oneof(known(job), request), { minLength: 2, maxLength: 12 })
        .map((all) => one('pipelined', all.join(''), 'half-close')),
    },
    {
      weight: 1,
      arbitrary: fc
        .nat({ max: 100_000 })
        .map((length) =>
          one('huge header', `GET /jobs/overview HTTP/1.1\r\n${head}x: ${'y'.repeat(length)}\r\n\r\n`, 'half-close'),
        ),
    },
    {
      weight: 1,
      arbitrary: fc
        .nat({ max: 4000 })
        .map((count) =>
          one('many headers', `GET /jobs/overview HTTP/1.1\r\n${head}${'x: y\r\n'.repeat(count)}\r\n`, 'half-close'),
        ),
    },
    {
      weight: 1,
      arbitrary: fc
        .nat({ max: 70_000 })
        .map((length) => one('long path', `GET /jobs/${'a'.repeat(length)} HTTP/1.1\r\n${head}\r\n`, 'half-close')),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(badText, badText)
        .map(([size, chunk]) =>
          one(
            'bad chunks',
            `POST /jobs/${job.jobId}/checkpoints HTTP/1.1\r\n${head}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${size}\r\n${chunk}\r\n0\r\n\r\n`,
            'half-close',
          ),
        ),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('5, 6', '-1', '99999999999999999999', '0x10', '1 1', '')
        .map((length) =>
          one(
            'bad length',
            `POST /savepoint-disposal HTTP/1.1\r\n${head}content-length: ${length}\r\n\r\n{}`,
            'half-close',
          ),
        ),
    },
    {
      weight: 1,
      arbitrary: fc
        .nat({ max: 3_000_000 })
        .map((length) =>
          one(
            'long body',
            `POST /savepoint-disposal HTTP/1.1\r\n${head}content-type: application/json\r\ncontent-length: ${String(length)}\r\n\r\n${' '.repeat(length)}`,
            'half-close',
          ),
        ),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(
          'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
          'GET /jobs/overview\r\n',
          'GET /jobs/overview HTTP/1.0\r\n\r\n',
          '\r\n\r\n\r\n',
          'CONNECT localhost:1 HTTP/1.1\r\nhost: localhost\r\n\r\n',
          'GET * HTTP/1.1\r\nhost: localhost\r\n\r\n',
          '\u0016\u0003\u0001\u0002',
        )
        .map((all) => one('other protocols', all, 'half-close')),
    },
    {
      weight: 2,
      arbitrary: fc.uint8Array({ maxLength: 3000 }).map((bytes) => one('noise', Buffer.from(bytes), 'half-close')),
    },
    { weight: 1, arbitrary: fc.constant(one('silence', '', 'stay')) },
  ) as fc.Arbitrary<DrawnRequest>
}
