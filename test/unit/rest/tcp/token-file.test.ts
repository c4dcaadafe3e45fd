import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { readTokenFile } from '../../../../src/rest/tcp/token-file.js'

const TOKEN = '0123456789abcdef'
const directory = mkdtempSync(path.join(tmpdir(), 'token-'))
let files = 0

after(() => {
  rmSync(directory, { recursive: true })
})

function fileWith(text: string, mode = 0o600): string {
  files += 1
  const file = path.join(directory, `token-${String(files)}`)
  writeFileSync(file, text)
  chmodSync(file, mode)
  return file
}

async function refused(file: string, reason: RegExp): Promise<void> {
  await assert.rejects(readTokenFile(file), (error) => {
    assert.ok(FlinkError.is(error, 'REST_TOKEN_FILE_INVALID'), String(error))
    assert.match(String(error.details['reason']), reason)
    assert.equal(error.details['path'], file)
    assert.match(error.message, /openssl rand/)
    assert.ok(
      !`${error.message} ${String(error.stack)} ${JSON.stringify(error.details)}`.includes(TOKEN),
      error.message,
    )
    return true
  })
}

describe('The file of a token', { skip: process.platform === 'win32' }, () => {
  it('holds it, with or without the end of a line', async () => {
    assert.equal(await readTokenFile(fileWith(TOKEN)), TOKEN)
    assert.equal(await readTokenFile(fileWith(`${TOKEN}\n`)), TOKEN)
    assert.equal(await readTokenFile(fileWith(`${TOKEN}\r\n`, 0o400)), TOKEN)
  })

  for (const mode of [0o640, 0o604, 0o620, 0o602, 0o601, 0o777])
    it(`is refused with the mode ${mode.toString(8)}`, async () => {
      await refused(fileWith(TOKEN, mode), new RegExp(`its mode is 0${mode.toString(8)}, and has to be 0600`))
    })

  it('is refused where it belongs to another user', { skip: process.getuid?.() !== 0 }, async () => {
    const file = fileWith(TOKEN)
    chownSync(file, 12345, 12345)
    await refused(file, /it belongs to another user \(12345\)/)
  })

  it('is refused where it is a link, a directory or a pipe, or is not there', async () => {
    const link = path.join(directory, 'link')
    symlinkSync(fileWith(TOKEN), link)
    await refused(link, /it is a symbolic link/)
    await refused(directory, /it is no plain file/)
    const pipe = path.join(directory, 'pipe')
    assert.equal(spawnSync('mkfifo', ['-m', '600', pipe]).status, 0)
    await refused(pipe, /it is no plain file/)
    await refused(path.join(directory, 'none'), /ENOENT/)
  })

  it('is refused where its token is short, long, or nothing that a header could hold', async () => {
    await refused(fileWith(''), /less than 16 characters/)
    await refused(fileWith(`  ${TOKEN.slice(1)}  \n`), /less than 16 characters/)
    await refused(fileWith(TOKEN.repeat(300)), /more than 4096 bytes/)
    await refused(fileWith(`${TOKEN} ${TOKEN}`), /spaces/)
    await refused(fileWith(`${TOKEN}é`), /cannot hold/)
    await refused(fileWith(`${TOKEN}\n${TOKEN}`), /spaces/)
  })
})
