import assert from 'node:assert/strict'
import { createServer, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import { after, afterEach, before, describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { receiveUpload } from '../../../../../src/rest/session/jars/receive-upload.js'

const LIMIT = 1000

let server: Server
let received: Map<string, string> = new Map()
let outcomes: string[] = []
let begun: string[] = []

const JARS = {
  maxContentLength: LIMIT,
  async receive(name: string, content: Readable): Promise<string> {
    if (name === 'refused.js') throw new FlinkError('JAR_UPLOAD_REFUSED', { reason: 'not this one' })
    begun.push(name)
    received.set(name, await text(content))
    return `/jars/${name}`
  },
  remove(id: string): Promise<void> {
    received.delete(id)
    return Promise.resolve()
  },
}

before(async () => {
  server = createServer((request, response) => {
    void receiveUpload(request, JARS)
      .then(
        (file) => file,
        (error: unknown) => (FlinkError.is(error) ? `${error.code}: ${error.message}` : String(error)),
      )
      .then((outcome) => {
        outcomes.push(outcome)
        response.end(outcome)
      })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

after(() => {
  server.close()
  server.closeAllConnections()
})

afterEach(() => {
  received = new Map()
  outcomes = []
  begun = []
})

function url(): string {
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`
}

function form(files: Readonly<Record<string, string>>): FormData {
  const data = new FormData()
  data.set('comment', 'no file')
  for (const [name, content] of Object.entries(files)) data.append('jarfile', new Blob([content]), name)
  return data
}

async function post(body: FormData | string, headers: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(url(), { method: 'POST', body, headers })
  return answer.text()
}

describe('An upload', () => {
  it('is the one file of a form, whatever its field is called', async () => {
    assert.equal(await post(form({ 'a.js': 'content' })), '/jars/a.js')
    assert.deepEqual([...received], [['a.js', 'content']])
  })

  it('is refused where there is none, or more than one, of which none stays', async () => {
    assert.equal(await post(form({})), 'JAR_UPLOAD_REFUSED: Exactly 1 file must be sent, received 0.')
    assert.equal(await post('{}'), 'JAR_UPLOAD_REFUSED: Exactly 1 file must be sent, received 0.')
    const two = await post(form({ 'a.js': '1', 'b.js': '2' }))
    assert.equal(two, 'JAR_UPLOAD_REFUSED: Exactly 1 file must be sent, received 2.')
    assert.equal(received.size, 0)
  })

  it('is refused with what is wrong with it, and the client hears of it', async () => {
    assert.equal(await post(form({ 'refused.js': 'x'.repeat(LIMIT) })), 'JAR_UPLOAD_REFUSED: not this one')
  })

  it('is refused above the limit, whether or not its length is told before', async () => {
    const hint = /^JAR_UPLOAD_TOO_LARGE: .*Try to raise \[rest\.server\.max-content-length\]\.$/
    assert.match(await post(form({ 'a.js': 'x'.repeat(LIMIT + 1) })), hint)
    assert.match(await post(form({ 'a.js': 'x'.repeat(100 * LIMIT) })), hint)
    assert.equal(await post(form({ 'a.js': 'x'.repeat(LIMIT) })), '/jars/a.js')
    assert.deepEqual([...received.keys()], ['a.js'])
  })

  it('is refused where the form is none', async () => {
    const type = { 'content-type': 'multipart/form-data; boundary=b' }
    assert.match(await post('no form', type), /^JAR_UPLOAD_REFUSED: /)
    assert.match(await post('no form', { 'content-type': 'multipart/form-data; a=b' }), /^JAR_UPLOAD_REFUSED: /)
    assert.match(
      await post('--b\r\ncontent-disposition: form-data; name="f"; filename="a.js"\r\n\r\ncut', type),
      /^JAR_UPL/,
    )
    assert.equal(received.size, 0)
  })

  it('is refused where it is cut off after its name was, and the process that takes it goes on', async () => {
    const type = { 'content-type': 'multipart/form-data; boundary=b' }
    const cut = '--b\r\ncontent-disposition: form-data; name="f"; filename="refused.js"\r\n\r\ncut'
    assert.match(await post(cut, type), /^JAR_UPLOAD_REFUSED: /)
    assert.match(await post(`${cut}\r\n${cut}`, type), /^JAR_UPLOAD_REFUSED: /)
    assert.equal(await post(form({ 'a.js': 'content' })), '/jars/a.js')
  })

  it('leaves nothing where its client goes in the middle of it', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=b', 'content-length': '500' }
    const request = httpRequest(url(), { method: 'POST', headers })
    request.on('error', () => undefined)
    request.write('--b\r\ncontent-disposition: form-data; name="f"; filename="a.js"\r\n\r\nthe beginning')
    while (begun.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    request.destroy()
    while (outcomes.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.match(outcomes.join(), /^JAR_UPLOAD_REFUSED: .*not come whole/)
    assert.equal(received.size, 0)
  })
})
