import type { Page } from '@playwright/test';
import { expect, find, row, say, test } from './support/test.ts';

test('a photo is fetched once: when the page is loaded again it costs no byte', async ({ join }) => {
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder');
  await find(bob, ada);
  await say(bob.page, 'Is that you in the photo?');
  await ada.page.evaluate(async () => {
    const canvas = new OffscreenCanvas(300, 300);
    canvas.getContext('2d')?.fillRect(0, 0, 300, 200);
    const answer = await fetch('/api/me/photo', { method: 'PUT', body: await canvas.convertToBlob() });
    if (!answer.ok) throw new Error(await answer.text());
  });
  const photo = row(bob.page, ada.fullName).locator('img');
  await expect(photo).toBeVisible();

  for (const load of ['again', 'and again']) {
    await bob.page.reload();
    await expect(photo).toBeVisible();
    const fetched = await photosFetched(bob.page);
    expect(fetched.length, load).toBeGreaterThan(0);
    for (const { bytes, size } of fetched)
      expect({ bytes, isThere: size > 0 }, load).toEqual({ bytes: 0, isThere: true });
  }
});

/** What each photo of the page cost on the way here, and how many bytes it has. */
function photosFetched(page: Page): Promise<{ bytes: number; size: number }[]> {
  return page.evaluate(async () => {
    const images = [...document.querySelectorAll<HTMLImageElement>('img[src^="/api/photos/"]')];
    await Promise.all(images.map((image) => image.decode()));
    return performance
      .getEntriesByType('resource')
      .filter(({ name }) => name.includes('/api/photos/'))
      .map((entry) => ({
        bytes: (entry as PerformanceResourceTiming).transferSize,
        size: (entry as PerformanceResourceTiming).decodedBodySize,
      }));
  });
}
