package config

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Postgres reports whether the database is a PostgreSQL server, and not a file.
func (c *Config) Postgres() bool { return isPostgres(c.Database) }

// CheckNamed refuses to work on a database that nobody named: without a configuration, the default is a
// file in whatever folder one happens to stand in.
func (c *Config) CheckNamed() error {
	if c.file != "" || c.origins["database"].From != "default" {
		return nil
	}
	return errors.New("no configuration found: looked for BODE_CONFIG, ./bode.toml, /etc/bode/bode.toml; " +
		"name one with --config, begin one with bode config example, or name a database with --database or BODE_DATABASE")
}

// DatabaseURL returns what the store opens: the path of a file, or the postgres:// URL with its
// password. It is a Secret, because of the latter.
func (c *Config) DatabaseURL() (Secret, error) {
	if !c.Postgres() {
		return NewSecret(c.Database), nil
	}
	password, err := secretOf(c.DatabasePassword, c.PasswordFile)
	if err != nil || password.Empty() {
		return NewSecret(c.Database), err
	}
	u, err := url.Parse(c.Database)
	if err != nil {
		return Secret{}, fmt.Errorf("database: %w", err)
	}
	u.User = url.UserPassword(u.User.Username(), password.Reveal())
	return NewSecret(u.String()), nil
}

func isPostgres(s string) bool {
	return strings.HasPrefix(s, "postgres://") || strings.HasPrefix(s, "postgresql://")
}

// database takes the password out of a URL, so that it is kept, and shown, apart.
func database(c *Config) value {
	return scalar(path, &c.Database, func(s string) (string, error) {
		if scheme, _, ok := strings.Cut(s, "://"); ok && !isPostgres(s) {
			return "", fmt.Errorf("%s:// is not possible; name a file, or postgres://user@host/name", scheme)
		}
		if s == "" || strings.ContainsAny(s, "?\x00") && !isPostgres(s) {
			return "", fmt.Errorf("%q is not the name of a file", s)
		}
		if !isPostgres(s) {
			return s, nil
		}
		u, err := url.Parse(s)
		if err != nil {
			return "", fmt.Errorf("this is not an address such as postgres://user@host/name") // the address may hold a password
		}
		if password, has := u.User.Password(); has {
			c.DatabasePassword, c.passwordInURL = NewSecret(password), true
			u.User = url.User(u.User.Username())
		}
		return u.String(), nil
	}, same)
}

// SMTPPassword returns the password for the mail server, if there is one.
func (c *Config) SMTPPassword() (Secret, error) {
	return secretOf(c.SMTP.Password, c.SMTP.PasswordFile)
}
