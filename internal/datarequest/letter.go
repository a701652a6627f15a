package datarequest

import (
	"context"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/templates"
)

// Answer is what an officer adds to what a template says: the words of an answer, or a whole letter.
type Answer struct {
	Words         string
	Result        string // for which Subject and Body were written; "": for whatever it will be
	Subject, Body string // both or none
	Author        string // of the whole letter
}

// letterOf says which letter tells what was done.
var letterOf = map[newsletter.RequestKind]newsletter.LetterKind{
	newsletter.RequestAccess: newsletter.LetterAccess, newsletter.RequestPortability: newsletter.LetterPortability,
	newsletter.RequestRectification: newsletter.LetterRectification, newsletter.RequestErasure: newsletter.LetterErasure,
	newsletter.RequestRestriction: newsletter.LetterRestriction, newsletter.RequestObjection: newsletter.LetterObjection,
	newsletter.RequestWithdrawal: newsletter.LetterWithdrawal, newsletter.RequestOther: newsletter.LetterOther,
}

// kindOf is the letter that tells a result.
func kindOf(r *newsletter.DataRequest, result string) newsletter.LetterKind {
	switch result {
	case newsletter.ResultNothing:
		return newsletter.LetterNothingHeld
	case newsletter.ResultSuppression:
		return newsletter.LetterSuppressionOnly
	}
	return letterOf[r.Kind]
}

// answer writes the letter that closes a request.
func (s *Service) answer(r *newsletter.DataRequest, result string, export *newsletter.DataExport, a *Answer, now time.Time) (*newsletter.RequestLetter, error) {
	kind := kindOf(r, result)
	if a.Result != "" && a.Result != result {
		return nil, newsletter.Errorf(newsletter.Conflict, "letter_outdated", "what is held has changed since this letter was shown, and it would not be true any more: read it again")
	}
	var until time.Time
	if export != nil {
		until = export.ExpiresAt.Time
	}
	if kind == newsletter.LetterOther && strings.TrimSpace(a.Words) == "" && a.Body == "" {
		return nil, &newsletter.Error{Code: newsletter.Invalid, Reason: "letter_empty", Field: "answer", Message: "write the answer: it is what the person gets to read"}
	}
	letter, err := s.Draft(r, kind, a.Words, until)
	if err != nil {
		return nil, err
	}
	if a.Body != "" && (a.Subject != letter.Subject || a.Body != letter.Body) {
		letter.Subject, letter.Body, letter.AmendedBy = a.Subject, a.Body, a.Author
	}
	mailed(r, letter, now)
	return letter, nil
}

// Draft makes a letter of the template of its kind. reason stands in letters that give one; until is that of a
// link. A refusal ends with the authority and, where the request was one of art. 15 to 22, the way to court, by the kind of
// organisation (UAVG, art. 34 and 35).
func (s *Service) Draft(r *newsletter.DataRequest, kind newsletter.LetterKind, reason string, until time.Time) (*newsletter.RequestLetter, error) {
	lang := r.Language
	w := words{texts: s.texts, lang: lang}
	key := "letter_" + string(kind)
	if paper := key + "_paper"; r.ReplyTo() == "" && s.texts.Has(paper) {
		key = paper
	}
	args := templates.Args{"Reference": r.Reference(), "Arrived": templates.Date(lang, r.ReceivedOn.Time()), "Due": templates.Date(lang, r.DueOn.Time()),
		"Reason": strings.TrimSpace(reason), "Organisation": s.config.Organisation, "Kind": w.say("request_kind_"+string(r.Kind), nil), "Until": ""}
	if !until.IsZero() {
		args["Until"] = templates.DateTime(lang, until.In(s.config.Zone))
	}
	l := &newsletter.RequestLetter{Kind: kind, Language: lang, Subject: w.say("letter_"+string(kind)+"_subject", args), Body: w.say(key, args)}
	if kind == newsletter.LetterRefusal {
		parts := []string{l.Body, w.say("letter_complaint", nil)}
		switch {
		case r.Kind.Article() == "": // that way is not open for what the law names no right to
		case s.config.PublicBody:
			parts = append(parts, w.say("letter_court_administrative", args))
		default:
			parts = append(parts, w.say("letter_court_private", args))
		}
		l.Body = strings.Join(parts, "\n\n")
	}
	return l, w.err
}

// words are texts of one language; the first error is kept.
type words struct {
	texts *templates.Catalogue
	lang  newsletter.Language
	err   error
}

func (w *words) say(key string, args templates.Args) string {
	text, err := w.texts.Text(w.lang, key, args)
	if err != nil && w.err == nil {
		w.err = err
	}
	return text
}

// Preview is the letter that an act would send as things stand: "fulfil", "refuse", "extend", "proof" or "lift". What can't be
// done is said here already.
// result is what will have been done, for an act that fulfils.
func (s *Service) Preview(ctx context.Context, id newsletter.PublicID, act, reason string, now time.Time) (letter *newsletter.RequestLetter, result string, err error) {
	r, err := s.store.RequestByLink(ctx, id)
	if err != nil {
		return nil, "", err
	}
	if act == "fulfil" {
		if result, err = s.store.RequestResult(ctx, r, s.hashes, now); err != nil {
			return nil, "", err
		}
	}
	letter, err = s.preview(r, act, reason, result, now)
	return letter, result, err
}

func (s *Service) preview(r *newsletter.DataRequest, act, reason, result string, now time.Time) (*newsletter.RequestLetter, error) {
	kind, step := kindOf(r, result), newsletter.RequestStep(newsletter.FulfilRequest{Result: result})
	switch act {
	case "refuse":
		kind, step = newsletter.LetterRefusal, newsletter.RefuseRequest{Reason: reason}
	case "extend":
		kind, step = newsletter.LetterExtension, newsletter.ExtendRequest{Reason: reason}
	case "proof":
		kind, step = newsletter.LetterProof, newsletter.AskIdentity{Why: reason}
	case "lift":
		return s.Draft(r, newsletter.LetterRestrictionEnds, reason, time.Time{})
	}
	if err := step.Apply(r, s.Today(now), now); err != nil {
		return nil, err
	}
	return s.Draft(r, kind, reason, now.Add(newsletter.ExportLife))
}
