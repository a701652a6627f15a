package main

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"

	"bode.example/internal/newsletter"
)

type dnsKey struct {
	File    string `arg:"" type:"path" help:"File to make."`
	Ed25519 bool   `name:"ed25519" help:"An Ed25519 key, to stand beside an RSA key."`
}

func (dnsKey) Help() string {
	return `An RSA key of 2048 bits, unless --ed25519. The file can be read by its owner only. To change keys, begin to sign under a second selector and leave the old record in DNS for at least seven days: mail that is under way needs it.

Example:

    bode dns key /etc/bode/dkim.pem
    bode dns key --ed25519 /etc/bode/dkim-ed25519.pem`
}

func (cmd dnsKey) Run(*program) error {
	var key crypto.PrivateKey
	var err error
	if cmd.Ed25519 {
		_, key, err = ed25519.GenerateKey(rand.Reader)
	} else {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		return err
	}
	return writeKey(cmd.File, key)
}

// writeKey writes a private key as PEM into a new file that only its owner can read.
func writeKey(file string, key crypto.PrivateKey) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return newsletter.Errorf(newsletter.Conflict, "file_exists", "%s is there already; a key is never overwritten", file)
	}
	if err != nil {
		return err
	}
	return errors.Join(pem.Encode(f, &pem.Block{Type: "PRIVATE KEY", Bytes: der}), f.Close())
}
