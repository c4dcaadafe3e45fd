/** Uploads of programs: right ones, forms that are none, names of files that are paths, archives that lead elsewhere, and what is too long. */
import fc from 'fast-check'
import type { DrawnRequest, FuzzedJob } from './drawn-requests.js'
import { hostileArchives } from './hostile-archives.js'

const BOUNDARY = 'a-boundary-of-the-fuzz-run'
const LINE = '\r\n'
const PROGRAM = 'export default function () {}\n'
/** More than is taken at once, and less than what would slow the run down. */
const LONG_BYTES = 6_000_000

const NAMES = [
  ...['job.mjs', 'job.js', 'job.tgz', 'job.tar.gz', 'job.jar', 'job', '', '.', '..', '.mjs', 'CON.mjs', 'job.mjs.exe'],
  ...['../slipped-out-of-an-archive.mjs', '/tmp/slipped-out-of-an-archive.mjs', '..\\..\\x.mjs', '%2e%2e%2fx.mjs'],
  ...['a/b/c.mjs', 'nul\0.mjs', 'new\nline.mjs', 'quo"te.mjs', 'semi;colon.mjs', '💥.mjs', `${'n'.repeat(300)}.mjs`],
  ...['a_b.mjs', '-rf.mjs', ' .mjs', '__proto__', 'job.mjs/', "'$(touch slipped-out-of-an-archive)'.mjs"],
]

interface Part {
  readonly head: string
  readonly content: Buffer
}

function part(name: string, content: Buffer | string, field = 'jarfile'): Part {
  const disposition = `Content-Disposition: form-data; name="${field}"; filename="${name}"`
  return { head: `${disposition}${LINE}Content-Type: application/x-java-archive`, content: Buffer.from(content) }
}

function form(parts: readonly Part[], { boundary = BOUNDARY, isClosed = true } = {}): Buffer {
  const lines = parts.flatMap(({ head, content }) => [
    Buffer.from(`--${boundary}${LINE}${head}${LINE}${LINE}`),
    content,
    Buffer.from(LINE),
  ])
  return Buffer.concat([...lines, Buffer.from(isClosed ? `--${boundary}--${LINE}` : '')])
}

const TYPE = `multipart/form-data; boundary=${BOUNDARY}`

function upload(job: FuzzedJob, body: Buffer, { type = TYPE, length = body.length } = {}): Buffer {
  const head = [
    'POST /v1/jars/upload HTTP/1.1',
    ...['host: localhost', `authorization: Bearer ${job.token}`, `content-type: ${type}`, 'connection: close'],
    `content-length: ${String(length)}`,
  ]
  return Buffer.concat([Buffer.from(head.join(LINE) + LINE + LINE), body])
}

/** `outside`: a folder into which archives lead that must stay as it is. */
export function drawnUpload(job: FuzzedJob, outside: string): fc.Arbitrary<DrawnRequest> {
  const archives = Object.values(hostileArchives(outside))
  const name = fc.oneof(fc.constantFrom(...NAMES), fc.string({ unit: 'binary', maxLength: 60 }))
  const content = fc.oneof(
    fc.constant(Buffer.from(PROGRAM)),
    fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
  )
  const right = form([part('job.mjs', PROGRAM)])
  const drawn = (kind: string, bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<DrawnRequest> =>
    bytes.map((all) => ({ kind: `upload: ${kind}`, parts: [all], then: 'half-close' }))
  return fc.oneof(
    drawn('right', fc.constant(upload(job, right))),
    drawn(
      'names',
      fc.tuple(name, content).map(([file, bytes]) => upload(job, form([part(file, bytes)]))),
    ),
    drawn(
      'archives',
      fc.constantFrom(...archives).map((bytes) => upload(job, form([part('job.tgz', bytes)]))),
    ),
    drawn(
      'types',
      fc
        .constantFrom(
          ...['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary="x'],
          ...['multipart/mixed; boundary=x', `multipart/form-data; boundary=${'b'.repeat(5000)}`, 'text/plain'],
          ...['application/x-www-form-urlencoded', 'application/json', `${TYPE}; boundary=other`],
        )
        .map((type) => upload(job, right, { type })),
    ),
    drawn(
      'parts',
      fc
        .array(
          fc.constantFrom(part('a.mjs', PROGRAM), part('b.tgz', PROGRAM), part('', ''), NO_FILE, NO_HEAD, LONG_HEAD),
          {
            maxLength: 5,
          },
        )
        .map((parts) => upload(job, form(parts))),
    ),
    drawn(
      'many parts',
      fc.nat({ max: 3000 }).map((count) => upload(job, form(Array.from({ length: count }, () => NO_FILE)))),
    ),
    drawn('not closed', fc.constant(upload(job, form([part('job.mjs', PROGRAM)], { isClosed: false })))),
    drawn('another boundary', fc.constant(upload(job, form([part('job.mjs', PROGRAM)], { boundary: 'another' })))),
    drawn(
      'truncated',
      fc.nat({ max: right.length }).map((at) => upload(job, right.subarray(0, at), { length: right.length })),
    ),
    drawn(
      'long',
      fc.nat({ max: LONG_BYTES }).map((size) => upload(job, form([part('long.mjs', Buffer.alloc(size, 32))]))),
    ),
    drawn(
      'noise',
      fc.uint8Array({ maxLength: 3000 }).map((bytes) => upload(job, Buffer.from(bytes))),
    ),
  )
}

const NO_FILE: Part = { head: 'Content-Disposition: form-data; name="field"', content: Buffer.from('value') }
const NO_HEAD: Part = { head: 'x: y', content: Buffer.from('value') }
const LONG_HEAD: Part = part('n'.repeat(20_000), PROGRAM)
