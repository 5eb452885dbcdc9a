import { Cluster } from './support/cluster.ts';
import { openThreadId, report, shownMessages, storedMessages } from './support/state.ts';
import { expect, find, log, message, type Person, row, say, test } from './support/test.ts';

// Starting PostgreSQL, three nodes and a balancer; the first time they are installed too.
test.describe.configure({ timeout: 300_000 });

let cluster: Cluster;

test.beforeAll(async () => {
  cluster = await Cluster.start();
});

test.afterAll(async () => {
  await cluster?.dispose();
});

/** Everyone shows what the cluster has. */
async function expectAgreement(people: Person[], url: string): Promise<void> {
  const [first] = people as [Person];
  const stored = await storedMessages(url, first, openThreadId(first.page));
  for (const { page } of people) expect(await shownMessages(page)).toEqual(stored);
}

for (const { title, at } of [
  { title: 'three windows, each at a node of its own', at: (node: number) => cluster.urlOf(node) },
  { title: 'three windows behind the balancer', at: () => cluster.url },
]) {
  test(`${title}, talk, and go on when any node is killed`, async ({ join, joinAgain }) => {
    const ada = await join('Ada Lovelace', { url: at(1) });
    const bob = await join('Bob Builder', { url: at(2) });
    const adasPhone = await joinAgain(ada, { url: at(3) });
    const windows = [ada, bob, adasPhone];
    await find(ada, bob);
    await say(ada.page, 'hello');
    await row(bob.page, 'Ada Lovelace').click();
    await row(adasPhone.page, 'Bob Builder').click();
    for (const { page } of windows) await expect(message(page, 'hello')).toBeVisible();

    for (const node of [1, 2, 3]) {
      const isBack = cluster.kill(node);
      const since = performance.now();
      for (const [index, { page }] of windows.entries()) await say(page, `${index} when ${node} was killed`);
      // One who was at that node finds it again, or another behind the balancer.
      for (const { page } of windows) {
        for (const index of windows.keys()) {
          await expect(message(page, `${index} when ${node} was killed`)).toBeVisible({ timeout: 30_000 });
        }
        await expect(page.locator('[data-state=sending]:visible, [data-state=queued]:visible')).toHaveCount(
          0,
          {
            timeout: 30_000,
          },
        );
      }
      report(`${title}: node ${node} killed, until all three show what all three said`, since);
      await isBack;
    }
    await expect(() => expectAgreement(windows, cluster.url)).toPass({ intervals: [100], timeout: 20_000 });
    for (const { page } of windows) await expect(log(page).getByText('Waiting for network')).toHaveCount(0);
  });
}
