//! The key that seals records, and the places that it comes from.

use std::{
    env, fmt, fs,
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use base64::{Engine as _, engine::general_purpose};
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use super::{StoreError, disk};

const LENGTH: usize = 32;
const FORMS: &str = "32 bytes in base64 or in hexadecimal, for example from `openssl rand -base64 32`";
const VARIABLE: &str = "COUPLET_STORE_KEY";
const COMMAND: &str = "COUPLET_STORE_KEY_COMMAND";
/// The name of systemd's credential (`LoadCredential=`, `SetCredentialEncrypted=`).
const CREDENTIAL: &str = "couplet-store-key";

/// 256 bits that seal records. It has no text form, and its memory is overwritten when it is dropped.
#[derive(Clone)]
pub struct StoreKey(Zeroizing<[u8; LENGTH]>);

impl StoreKey {
    /// A key of these bytes, which must be random.
    #[must_use]
    pub fn new(bytes: [u8; LENGTH]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The key of this process, from the first place that has one: the variable `COUPLET_STORE_KEY`; the output of the
    /// command `COUPLET_STORE_KEY_COMMAND`; systemd's credential `couplet-store-key`; and else the file `store.key`
    /// in the user's folder for configuration, which is made where it is missing.
    ///
    /// # Errors
    ///
    /// A place has something that is not a key, or cannot be read.
    pub fn find() -> Result<Self, StoreError> {
        if env::var_os(VARIABLE).is_some() {
            return Self::from_env(VARIABLE);
        }
        if let Some(command) = env::var_os(COMMAND) {
            let command = command
                .into_string()
                .map_err(|_| StoreError::new(format!("the variable {COMMAND} is not text in UTF-8")))?;
            return Self::from_command(&command);
        }
        if let Some(key) = Self::from_systemd()? {
            return Ok(key);
        }
        Self::from_file(&user_folder()?.join("store.key"))
    }

    /// The key that an environment variable holds: 32 bytes in base64 or in hexadecimal.
    ///
    /// # Errors
    ///
    /// The variable is not set, or is not a key.
    pub fn from_env(name: &str) -> Result<Self, StoreError> {
        match env::var(name) {
            Ok(text) => Self::parse(&Zeroizing::new(text), &format!("the variable {name}")),
            Err(_) => Err(StoreError::new(format!("the variable {name} is not set; set it to {FORMS}"))),
        }
    }

    /// The key that a command prints, such as `secret-tool lookup service couplet`. It runs without a shell: its
    /// words are those between spaces.
    ///
    /// # Errors
    ///
    /// The command does not start or fails, or what it prints is not a key.
    pub fn from_command(command: &str) -> Result<Self, StoreError> {
        let place = || format!("the command `{command}` for the store key");
        let mut words = command.split_whitespace();
        let program =
            words.next().ok_or_else(|| StoreError::new(format!("the variable {COMMAND} is empty")))?;
        let output = Command::new(program)
            .args(words)
            .stdin(Stdio::inherit())
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| StoreError::new(format!("{} does not start", place())).with_source(error))?;
        let printed = Zeroizing::new(output.stdout);
        if !output.status.success() {
            return Err(StoreError::new(format!("{} failed: {}", place(), output.status)));
        }
        let text = std::str::from_utf8(&printed)
            .map_err(|_| StoreError::new(format!("{} printed something else than {FORMS}", place())))?;
        Self::parse(text, &format!("the output of `{command}`"))
    }

    /// The key that systemd hands to this service, if it does.
    ///
    /// # Errors
    ///
    /// The credential cannot be read, or is not a key.
    pub fn from_systemd() -> Result<Option<Self>, StoreError> {
        let Some(folder) = env::var_os("CREDENTIALS_DIRECTORY") else {
            return Ok(None);
        };
        let path = Path::new(&folder).join(CREDENTIAL);
        match fs::read_to_string(&path) {
            Ok(text) => {
                Self::parse(&Zeroizing::new(text), &format!("the credential `{CREDENTIAL}`")).map(Some)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::new(format!("systemd's credential `{CREDENTIAL}` cannot be read"))
                .with_source(error)),
        }
    }

    /// The key in a file that only its owner may read. Where the file is missing it is made, with a random key.
    ///
    /// # Errors
    ///
    /// The file cannot be read or made, others than its owner may read it, or it is not a key.
    pub fn from_file(path: &Path) -> Result<Self, StoreError> {
        match Self::read(path)? {
            Some(key) => Ok(key),
            None => Self::create(path),
        }
    }

    fn read(path: &Path) -> Result<Option<Self>, StoreError> {
        let Some(mut file) = disk::open(path, None)? else {
            return Ok(None);
        };
        // A key file is short; the room keeps what is read from being moved.
        let mut text = Zeroizing::new(String::with_capacity(4096));
        file.by_ref()
            .take(4096)
            .read_to_string(&mut text)
            .map_err(|error| disk::failed("read", path, error))?;
        Self::parse(&text, &format!("the file `{}`", path.display())).map(Some)
    }

    fn create(path: &Path) -> Result<Self, StoreError> {
        let key = Self::random()?;
        if let Some(folder) = path.parent() {
            disk::create_folder(folder)?;
        }
        let text = Zeroizing::new(general_purpose::STANDARD.encode(key.bytes()) + "\n");
        let aside = path.with_extension(format!("{:016x}.new", random_number()?));
        // Of two processes that make it at once, the first one's key counts.
        if disk::create_whole(path, &aside, text.as_bytes())? {
            return Ok(key);
        }
        Self::read(path)?.ok_or_else(|| {
            StoreError::new(format!("the file `{}` was removed while it was read", path.display()))
        })
    }

    fn random() -> Result<Self, StoreError> {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        fill_random(&mut bytes[..])?;
        Ok(Self(bytes))
    }

    fn parse(text: &str, place: &str) -> Result<Self, StoreError> {
        let text = text.trim();
        let bytes = Zeroizing::new(match text.len() {
            64 => hexadecimal(text),
            _ => general_purpose::STANDARD
                .decode(text)
                .or_else(|_| general_purpose::URL_SAFE.decode(text))
                .or_else(|_| general_purpose::STANDARD_NO_PAD.decode(text))
                .or_else(|_| general_purpose::URL_SAFE_NO_PAD.decode(text))
                .ok(),
        });
        let bytes = bytes.as_ref().and_then(|bytes| <&[u8; LENGTH]>::try_from(bytes.as_slice()).ok());
        bytes
            .map(|bytes| Self::new(*bytes))
            .ok_or_else(|| StoreError::new(format!("{place} is not a store key: it must be {FORMS}")))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0[..]
    }
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKey(***)")
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    digits?.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair.get(1)?).ok()).collect()
}

pub(super) fn fill_random(bytes: &mut [u8]) -> Result<(), StoreError> {
    SystemRandom::new().fill(bytes).map_err(|_| StoreError::new("the system gives no random bytes"))
}

pub(super) fn random_number() -> Result<u64, StoreError> {
    let mut bytes = [0; 8];
    fill_random(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

/// The folder `couplet` where the user's programs keep their configuration.
pub(super) fn user_folder() -> Result<PathBuf, StoreError> {
    let variable = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || variable("HOME");
    let folder = if cfg!(windows) {
        variable("APPDATA")
    } else if cfg!(target_os = "macos") {
        home().map(|home| home.join("Library/Application Support"))
    } else {
        variable("XDG_CONFIG_HOME").or_else(|| home().map(|home| home.join(".config")))
    };
    folder.map(|folder| folder.join("couplet")).ok_or_else(|| {
        StoreError::new(
            "there is no folder for the user's configuration; set HOME, or name the key and the folder",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_two_forms() {
        let bytes: Vec<u8> = (0..32).map(|byte| byte * 7).collect();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        let base64 = general_purpose::STANDARD.encode(&bytes);
        let unpadded = general_purpose::URL_SAFE_NO_PAD.encode(&bytes);
        for text in [hex, format!(" {base64}\n"), unpadded] {
            assert_eq!(StoreKey::parse(&text, "it").expect("it is a key").bytes(), bytes);
        }
        for text in ["", "hunter2", &"g".repeat(64), &"A".repeat(44), "é"] {
            let error = StoreKey::parse(text, "the variable KEY").expect_err("it is not a key").to_string();
            assert!(error.starts_with("the variable KEY is not a store key: it must be 32 bytes"), "{error}");
            assert!(text.is_empty() || !error.contains(text), "{error}");
        }
    }

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        let error = StoreKey::from_env("COUPLET_NO_SUCH_KEY").expect_err("it is not set").to_string();
        assert!(
            error.starts_with("the variable COUPLET_NO_SUCH_KEY is not set; set it to 32 bytes"),
            "{error}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_command_prints_the_key_and_no_shell_reads_it() {
        let hex = "0f".repeat(32);
        let key = StoreKey::from_command(&format!("echo {hex}")).expect("it prints a key");
        assert_eq!(key.bytes(), [15; 32]);
        let error = StoreKey::from_command(&format!("echo {hex} ; true")).expect_err("no shell");
        assert!(error.to_string().contains("is not a store key"), "{error}");
        for (command, why) in [("false", "failed"), ("/no/such/program", "does not start"), (" ", "is empty")]
        {
            let error = StoreKey::from_command(command).expect_err("it gives no key").to_string();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn debug_text_has_no_key() {
        assert_eq!(format!("{:?}", StoreKey::new([1; 32])), "StoreKey(***)");
    }
}
