package demo

import "bode.example/internal/newsletter"

// person is somebody who signs up.
type person struct {
	address  string
	name     string
	language newsletter.Language
	pace     string
	topics   []string // nil: all
	large    bool     // asks for large letters on the preferences page
	forgets  bool     // never opens the confirmation mail
}

// people are made up; the domains are reserved for examples.
var people = []person{
	{address: "anneke@dorpsbelangen.example", name: "Anneke de Vries", language: "nl", pace: "elke-minuut"},
	{address: "b.ozturk@gemeente.example", name: "Burak Öztürk", language: "nl", pace: "dagelijks", topics: []string{"organisatie", "raad"}},
	{address: "griffie@westerveld.example", name: "", language: "nl", pace: "dagelijks", topics: []string{"raad"}},
	{address: "hans.en.riet@thuis.example", name: "Hans en Riet", language: "nl", pace: "wekelijks", large: true},
	{address: "j.smith@university.example", name: "Joanne Smith", language: "en", pace: "wekelijks", topics: []string{"experimenten"}},
	{address: "wethouder@noordenveld.example", name: "Fenna Meijer", language: "nl", pace: "elke-minuut", topics: []string{"raad", "regie"}},
	{address: "karel@energiecooperatie.example", name: "Karel", language: "nl", pace: "wekelijks", topics: []string{"regie"}},
	{address: "l.nguyen@council.example", name: "Linh Nguyen", language: "en", pace: "elke-minuut"},
	{address: "mo@buurthuis.example", name: "Mohamed el Amrani", language: "nl", pace: "elke-minuut", topics: []string{"bewoners", "experimenten"}},
	{address: "redactie@noorderkrant.example", name: "", language: "nl", pace: "dagelijks"},
	{address: "s.postma@provincie.example", name: "Sietske Postma", language: "nl", pace: "wekelijks", topics: []string{"organisatie", "regie"}, large: true},
	{address: "tessa@jongerenraad.example", name: "Tessa", language: "nl", pace: "elke-minuut", topics: []string{"bewoners"}},
	{address: "vergeten@postbus.example", name: "", language: "nl", pace: "wekelijks", forgets: true},
}
