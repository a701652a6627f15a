package mailer

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
)

// maxKeyFile is more than any key takes.
const maxKeyFile = 64 << 10

// LoadKey reads a private key for signing from a PEM file: PKCS #8 or, for RSA, PKCS #1. It refuses a
// file that others than its owner may read or write (wider than 0600), and an RSA key that is too
// weak to sign with.
func LoadKey(path string) (crypto.Signer, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("mailer: DKIM key: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("mailer: DKIM key: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("mailer: DKIM key %s: others may use it (mode %04o); chmod 600 it, or make a new key if it may have been copied", path, mode)
	}
	data, err := io.ReadAll(io.LimitReader(file, maxKeyFile))
	if err != nil {
		return nil, fmt.Errorf("mailer: DKIM key: %w", err)
	}
	key, err := ParseKey(data)
	if err != nil {
		return nil, fmt.Errorf("mailer: DKIM key %s: %w", path, err)
	}
	return key, nil
}

// ParseKey reads the private key in PEM data: PKCS #8 or, for RSA, PKCS #1.
func ParseKey(data []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("there is no PEM block")
	}
	var parsed any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	default:
		return nil, fmt.Errorf("a PEM block of type %q isn't an unencrypted private key (PKCS #8, or PKCS #1 for RSA)", block.Type)
	}
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a key of type %T can't sign", parsed)
	}
	if _, err := checkKey(key); err != nil {
		return nil, err
	}
	return key, nil
}
