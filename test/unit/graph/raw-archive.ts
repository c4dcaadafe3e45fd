/** Archives that no tool would make. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { Header } from 'tar'
import { temporaryDirectory } from './temporary-directory.js'

export interface RawEntry {
  readonly path: string
  readonly type?: 'File' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'BlockDevice' | 'FIFO' | 'Directory'
  readonly linkpath?: string
  readonly text?: string
}

/** An archive that no tool would make. */
export async function rawArchive(context: TestContext, entries: readonly RawEntry[]): Promise<string> {
  const blocks: Buffer[] = []
  for (const { path, type = 'File', linkpath, text = '' } of entries) {
    const block = Buffer.alloc(512)
    const size = Buffer.byteLength(text)
    new Header({
      path,
      type,
      mode: 0o644,
      size,
      mtime: new Date(0),
      ...(linkpath === undefined ? {} : { linkpath }),
    }).encode(block)
    blocks.push(block)
    if (size > 0) blocks.push(Buffer.concat([Buffer.from(text)], Math.ceil(size / 512) * 512))
  }
  const target = join(await temporaryDirectory(context), 'job.tar')
  await writeFile(target, Buffer.concat([...blocks, Buffer.alloc(1024)]))
  return target
}
