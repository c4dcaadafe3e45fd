import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, it } from 'node:test'
import { StubS3Server, type StubRequest } from './stub-s3-server.js'

const stub = await StubS3Server.start()
stub.smallestPartBytes = 10
after(() => stub.stop())

const bytes = (written: string): Uint8Array => new TextEncoder().encode(written)

function sent(): StubRequest[] {
  return stub.requests.splice(0)
}

it('asks for encryption with each request that makes an object', async () => {
  const options = { 's3.sse.type': 'sse-kms', 's3.sse.kms.key-id': 'alias/key' }
  const fileSystem = await stub.fileSystem(options, { partSizeBytes: 10 })
  const small = await fileSystem.openForWrite('s3://bucket/a')
  await small.write(bytes('text'))
  await small.close()
  const large = await fileSystem.openForWrite('s3://bucket/b')
  await large.write(bytes('more than a part has'))
  await large.close()
  await fileSystem.createNew('s3://bucket/c', bytes('new'))
  await fileSystem.rename('s3://bucket/a', 's3://bucket/d')
  const makes = sent().filter(({ method, query }) => {
    return (method === 'PUT' && !query.has('partNumber')) || (method === 'POST' && query.has('uploads'))
  })
  assert.deepEqual(
    makes.map(({ key, headers }) => {
      return [key, headers['x-amz-server-side-encryption'], headers['x-amz-server-side-encryption-aws-kms-key-id']]
    }),
    ['a', 'b', 'c', 'd'].map((key) => [key, 'aws:kms', 'alias/key']),
  )
})

it('goes through a proxy, by whose name and password', async () => {
  const asked: (string | undefined)[][] = []
  const sockets = new Set<Socket>()
  const proxy = createServer().on('connect', (request: IncomingMessage, client: Socket) => {
    asked.push([request.url, request.headers['proxy-authorization']])
    const [host = '', port = ''] = (request.url ?? '').split(':')
    const server = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      server.pipe(client).pipe(server)
    })
    for (const socket of [client, server]) sockets.add(socket.on('error', () => undefined))
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const { port } = proxy.address() as AddressInfo
  const place = { 's3.proxy.host': '127.0.0.1', 's3.proxy.port': String(port) }
  const fileSystem = await stub.fileSystem({ ...place, 's3.proxy.username': 'name', 's3.proxy.password': 'word' })
  assert.equal(await fileSystem.createNew('s3://bucket/through', bytes('text')), true)
  assert.equal(Buffer.from(await fileSystem.readFile('s3://bucket/through')).toString(), 'text')
  const login = `Basic ${Buffer.from('name:word').toString('base64')}`
  assert.deepEqual([...new Set(asked.map(String))], [String([new URL(stub.url).host, login])])
  for (const socket of sockets) socket.destroy()
  proxy.close()
})

it('takes a role with the credentials that it has, and asks in that role from then on', async () => {
  const asked: { readonly form: URLSearchParams; readonly authorization: string }[] = []
  const sts = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push({ form: new URLSearchParams(body), authorization: request.headers.authorization ?? '' })
      const until = new Date(Date.now() + 3_600_000).toISOString()
      const given = `<AccessKeyId>ROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>token</SessionToken>`
      const xml = `<Credentials>${given}<Expiration>${until}</Expiration></Credentials>`
      response.writeHead(200, { 'content-type': 'text/xml' })
      response.end(`<AssumeRoleResponse><AssumeRoleResult>${xml}</AssumeRoleResult></AssumeRoleResponse>`)
    })
  })
  sts.listen(0, '127.0.0.1')
  await once(sts, 'listening')
  const { port } = sts.address() as AddressInfo
  const fileSystem = await stub.fileSystem({
    's3.assume-role.arn': 'arn:aws:iam::1:role/reader',
    's3.assume-role.external-id': 'external',
    's3.assume-role.session-duration': '900',
    's3.assumed.role.sts.endpoint': `http://127.0.0.1:${String(port)}`,
  })
  sent()
  await fileSystem.list('s3://bucket/a')
  await fileSystem.list('s3://bucket/a')
  assert.equal(asked.length, 1)
  const [{ form, authorization } = assert.fail('nobody was asked')] = asked
  assert.match(authorization, /Credential=a\//)
  assert.deepEqual(
    ['Action', 'RoleArn', 'RoleSessionName', 'ExternalId', 'DurationSeconds'].map((name) => form.get(name)),
    ['AssumeRole', 'arn:aws:iam::1:role/reader', 'flink-s3-session', 'external', '900'],
  )
  for (const { headers } of sent()) {
    assert.match(String(headers.authorization), /Credential=ROLE\//)
    assert.equal(headers['x-amz-security-token'], 'token')
  }
  sts.closeAllConnections()
  sts.close()
})
