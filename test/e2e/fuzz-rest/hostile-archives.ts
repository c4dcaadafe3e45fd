/** Archives that no packer makes: entries that lead out of their folder, links, what is no file, sizes that are not so, what never ends. */
import { gzipSync } from 'node:zlib'

const BLOCK = 512
/** A name that no file has unless one of these made it. */
export const SLIPPED = 'slipped-out-of-an-archive'

interface TarEntry {
  readonly name: string
  readonly type?: string
  readonly link?: string
  readonly content?: string
  /** What the header says of the length, where it is not that of the content. */
  readonly size?: string
}

const MANIFEST: TarEntry = { name: 'package/package.json', content: '{"name":"job","main":"job.mjs","type":"module"}' }
const JOB: TarEntry = { name: 'package/job.mjs', content: 'export default () => {}\n' }

/** By what is wrong with them. */
export function hostileArchives(outside: string): Readonly<Record<string, Buffer>> {
  const up = '../'.repeat(12)
  const file = (name: string): TarEntry => ({ name, content: 'x' })
  const link = (type: string, target: string): TarEntry => ({ name: 'package/link', type, link: target })
  const [HARD, SYMBOLIC, CHARACTERS, PIPE] = ['1', '2', '3', '6']
  const packed = (...entries: readonly TarEntry[]): Buffer => gzipSync(tar([MANIFEST, JOB, ...entries]))
  return {
    parent: packed(file(`../${SLIPPED}`)),
    'parents of a folder': packed(file(`package/${up}${outside.slice(1)}/${SLIPPED}`)),
    absolute: packed(file(`${outside}/${SLIPPED}`)),
    backslashes: packed(file(`package\\..\\..\\${SLIPPED}`)),
    'link out': packed(link(SYMBOLIC, outside), file(`package/link/${SLIPPED}`)),
    'link up': packed(link(SYMBOLIC, '../../..'), file(`package/link/${SLIPPED}`)),
    'link to a file': packed(link(SYMBOLIC, '/etc/passwd')),
    'hard link': packed(link(HARD, '/etc/passwd')),
    device: packed({ name: 'package/device', type: CHARACTERS }),
    pipe: packed({ name: 'package/pipe', type: PIPE }),
    'file for a folder': packed(file('package/a'), file('package/a/b')),
    'twice the same': packed(JOB, JOB),
    'no name': packed(file('')),
    'long name': packed(file(`package/${'n'.repeat(90)}`)),
    'longer than it is': packed({ ...file('package/long'), size: '77777777777' }),
    'size that is none': packed({ ...file('package/none'), size: 'zzzzzzzzzzz' }),
    'cut off': packed(file('package/cut')).subarray(0, 120),
    'only zeros': gzipSync(Buffer.alloc(1 << 20)),
    'zip by content': Buffer.from('504b0304140000000000', 'hex'),
    'no archive': Buffer.from('export default () => {}\n'),
    empty: Buffer.alloc(0),
    'a gigabyte of zeros': bomb(),
  }
}

/** Members of one gzip file may follow each other: a megabyte of zeros a thousand times over, in a megabyte. */
function bomb(): Buffer {
  const zeros = gzipSync(Buffer.alloc(1 << 20))
  const head = gzipSync(tarHeader({ name: 'package/zeros', size: (2 ** 30).toString(8).padStart(11, '0') }))
  return Buffer.concat([gzipSync(tarEntry(MANIFEST)), head, ...Array.from({ length: 1024 }, () => zeros)])
}

function tar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.map(tarEntry), Buffer.alloc(2 * BLOCK)])
}

function tarEntry(entry: TarEntry): Buffer {
  const content = Buffer.from(entry.content ?? '')
  const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)
  return Buffer.concat([tarHeader(entry), content, padding])
}

function tarHeader({ name, type = '0', link = '', content = '', size }: TarEntry): Buffer {
  const header = Buffer.alloc(BLOCK)
  const octal = (value: number): string => value.toString(8).padStart(11, '0')
  const fields: readonly (readonly [text: string, at: number])[] = [
    [name.slice(0, 100), 0],
    ['0000644', 100],
    ['0000000', 108],
    ['0000000', 116],
    [size ?? octal(Buffer.byteLength(content)), 124],
    [octal(0), 136],
    ['        ', 148],
    [type, 156],
    [link.slice(0, 100), 157],
    ['ustar\u000000', 257],
  ]
  for (const [text, at] of fields) header.write(text, at, 'latin1')
  const sum = header.reduce((all, byte) => all + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}
