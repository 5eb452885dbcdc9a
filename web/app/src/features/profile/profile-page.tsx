import { type ChangeEvent, lazy, Suspense, useRef, useState } from 'react';
import { useMe, useParleyClient } from '../../store.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { showToast } from '../../ui/toasts.ts';
import { useAccountForm } from '../accounts/use-account-form.ts';
import styles from './profile-page.module.css';
import { report } from './report.ts';
import { SettingsPage } from './settings-page.tsx';

const CropDialog = lazy(() => import('./crop-dialog.tsx'));

/** One's own photo and name. */
export function ProfilePage() {
  return (
    <SettingsPage title="Profile">
      <Photo />
      <FullName />
    </SettingsPage>
  );
}

function Photo() {
  const parley = useParleyClient();
  const me = useMe();
  const file = useRef<HTMLInputElement>(null);
  const [picture, setPicture] = useState<ImageBitmap | null>(null);

  const choose = async (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = event.target.files?.[0];
    // The same file may be chosen again.
    event.target.value = '';
    if (!chosen) return;
    try {
      setPicture(await createImageBitmap(chosen));
    } catch {
      showToast('That file is not a picture that can be read. Choose a PNG, JPEG, GIF or WebP.');
    }
  };

  return (
    <div className={styles.photo}>
      <Avatar person={me} size={96} />
      <div className={styles.buttons}>
        <Button icon="camera" onClick={() => file.current?.click()}>
          {me.photo ? 'Change photo' : 'Add a photo'}
        </Button>
        {me.photo && (
          <Button look="quiet" onClick={() => report(parley.removePhoto(), 'Photo removed.')}>
            Remove
          </Button>
        )}
      </div>
      <input
        ref={file}
        type="file"
        hidden
        accept="image/png,image/jpeg,image/gif,image/webp"
        aria-label="Profile photo"
        onChange={choose}
      />
      {picture && (
        <Suspense>
          <CropDialog
            picture={picture}
            onClose={() => setPicture(null)}
            onCropped={async (blob) => {
              if (await report(parley.uploadPhoto(blob), 'Photo saved.')) setPicture(null);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}

function FullName() {
  const parley = useParleyClient();
  const me = useMe();
  const [fullName, setFullName] = useState(me.fullName);
  const { errors, problem, isBusy, submit, clear } = useAccountForm();

  const save = async () => {
    const wanted = fullName.trim();
    const saved = await submit(() => parley.updateProfile({ fullName: wanted }), {
      fullName: wanted ? undefined : 'Type the name that people know you by.',
    });
    if (saved) showToast('Name saved.');
  };

  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextField
        label="Full name"
        name="fullName"
        autoComplete="name"
        value={fullName}
        error={errors.fullName ?? problem ?? undefined}
        onChange={(event) => {
          setFullName(event.target.value);
          clear('fullName');
        }}
      />
      <TextField
        label="Username"
        value={`@${me.username}`}
        readOnly
        hint="People find you by it. It does not change."
      />
      <Button type="submit" look="accent" isBusy={isBusy} disabled={fullName.trim() === me.fullName}>
        Save
      </Button>
    </form>
  );
}
