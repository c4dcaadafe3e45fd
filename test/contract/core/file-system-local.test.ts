import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import { LocalFileSystem } from '../../../src/core/fs/local-file-system.js'
import { QuickLocalFileSystem } from '../../../src/core/fs/quick-local-file-system.js'
import { fileSystemContract } from './file-system.contract.js'

const base = mkdtempSync(path.join(tmpdir(), 'flink-ts-files-'))
after(() => {
  rmSync(base, { recursive: true, force: true })
})

for (const made of [LocalFileSystem, QuickLocalFileSystem]) {
  fileSystemContract(made.name, () =>
    Promise.resolve({ fileSystem: new made(), directory: mkdtempSync(path.join(base, 'case-')) }),
  )
}
