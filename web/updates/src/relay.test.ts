import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Relay, type Sockets } from './relay.ts';

const frame = JSON.stringify({ type: 'changes', epoch: 'e', from: 1, to: 2, messages: [{ thread: 't' }] });
let server: Server;
let url: string;
let relay: Relay;

beforeEach(async () => {
  server = createServer((_, response) => response.end('x'.repeat(1000)));
  new WebSocketServer({ server }).on('connection', (socket) => {
    socket.on('message', () => socket.send(frame));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://localhost:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await relay.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Says one thing by socket, and gives what is answered. */
async function ask(sockets: Sockets): Promise<string> {
  relay = await Relay.start(url, sockets);
  const socket = new WebSocket(`${relay.url}/api/socket`, 'parley.1');
  return new Promise((resolve, reject) => {
    socket.on('open', () => socket.send('hello'));
    socket.on('error', reject);
    socket.on('message', (data) => {
      resolve(String(data));
      socket.terminate();
    });
  });
}

test('what passes is counted, headers and all', async () => {
  relay = await Relay.start(url, 'pass');
  assert.equal((await (await fetch(`${relay.url}/x`)).text()).length, 1000);
  const { up, down, connections } = relay.traffic();
  assert.equal(connections, 1);
  assert(up > 50 && up < 500, `${up} up`);
  assert(down > 1050 && down < 1500, `${down} down`);
});

test('WebSockets pass, are refused, or lose their messages', async () => {
  assert.equal(await ask('pass'), frame);
  await relay.stop();
  assert.deepEqual(JSON.parse(await ask('signal')), { ...JSON.parse(frame), messages: [] });
  await relay.stop();
  await assert.rejects(ask('refuse'), /403/);
});

test('what is gone stays counted', async () => {
  await ask('pass');
  const end = Date.now() + 5000;
  let before = relay.traffic();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const after = relay.traffic();
    if (after.down === before.down || Date.now() > end) break;
    before = after;
  }
  assert(before.down > frame.length, `${before.down} down`);
});
